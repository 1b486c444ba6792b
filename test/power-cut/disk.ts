/**
 * A disk that loses power: what a file system may have kept of a recording at one moment.
 *
 * The model, which is harder than any file system in use (after ALICE, OSDI 2014):
 * - What a sync (fsync, fdatasync) that has returned covers is there: of a file its octets and size, of a folder its names. A sync of a
 *   file says nothing about its name. It covers what had ended before it began, and nothing else.
 * - Every other write is kept, lost or torn on its own, in sectors of 512 octets or pages of 4 KiB; whichever came later may be there
 *   without what came earlier. What a lost write would have put behind the end of a file is not there, or zeros, or rubbish.
 * - Every other change of names is kept or lost on its own. A rename is never half done.
 * - A call that had begun when the power went counts as not covered by anything.
 */
import type { Dice } from '../support/dice.ts';
import type { Inode, Name, Operation, Recording } from './operations.ts';

/** How cruel the disk is at one cut. */
type Mood =
  /** Nothing but what was synced. */
  | 'losing'
  /** Everything: as after a kill. */
  | 'keeping'
  /** What came first is kept, up to some operation. */
  | 'ordered'
  /** Each on its own. */
  | 'shuffling';

const MOODS: readonly Mood[] = [
  'losing',
  'keeping',
  'ordered',
  'ordered',
  ...Array<Mood>(6).fill('shuffling'),
];
const GRAINS = [512, 4096] as const;

/** What lies under which path, and folders, after a cut. */
export interface Remains {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly folders: readonly string[];
  /** How many operations were at the disk's mercy. */
  readonly uncertain: number;
}

export interface DiskOptions {
  /** A sync that is taken for none, as if the program had left it out. */
  readonly isIgnored?: (path: string, isFolder: boolean) => boolean;
}

/** Cuts go forward: each is later than the one before. */
export class Disk {
  readonly #recording: Recording;
  readonly #isIgnored: (path: string, isFolder: boolean) => boolean;
  readonly #durable = new State();
  readonly #syncs: readonly Extract<Operation, { kind: 'sync' }>[];
  #pending: Operation[] = [];
  #next = 0;
  #nextSync = 0;

  constructor(recording: Recording, { isIgnored = () => false }: DiskOptions = {}) {
    this.#recording = recording;
    this.#isIgnored = isIgnored;
    this.#syncs = recording.operations
      .filter((operation) => operation.kind === 'sync')
      .sort((a, b) => a.ended - b.ended);
  }

  /** What is left when the power goes after the line. */
  cut(line: number, dice: Dice): Remains {
    this.#goTo(line);
    const state = this.#durable.copy();
    const mood = dice.pick(MOODS);
    const grain = dice.pick(GRAINS);
    const kept = dice.below(this.#pending.length + 1);
    for (const [at, operation] of this.#pending.entries()) {
      const fate = fateOf(mood, dice, at < kept);
      if (fate !== 'lost') state.apply(operation, fate === 'torn' ? { grain, dice } : null);
      else if (operation.kind === 'write' && dice.falls(0.5))
        state.extend(operation, dice.falls(0.5) ? dice : null);
    }
    const { files, folders } = state.walk(this.#recording.root, this.#recording.folders);
    return { files, folders, uncertain: this.#pending.length };
  }

  #goTo(line: number): void {
    const { operations } = this.#recording;
    for (; (operations[this.#next]?.began ?? Infinity) <= line; this.#next++) {
      const operation = operations[this.#next];
      if (operation !== undefined && operation.kind !== 'sync') this.#pending.push(operation);
    }
    for (; (this.#syncs[this.#nextSync]?.ended ?? Infinity) <= line; this.#nextSync++) {
      const sync = this.#syncs[this.#nextSync];
      if (sync !== undefined && !this.#isLeftOut(sync.inode)) this.#settle(sync);
    }
  }

  #isLeftOut(inode: Inode): boolean {
    const { paths, folders } = this.#recording;
    return this.#isIgnored(paths.get(inode) ?? '', folders.has(inode));
  }

  #settle({ inode, began }: Operation & { kind: 'sync' }): void {
    const left: Operation[] = [];
    for (const operation of this.#pending) {
      if (operation.ended < began && touched(operation).includes(inode)) this.#durable.apply(operation, null);
      else left.push(operation);
    }
    this.#pending = left;
  }
}

/** What has to be synced so that it is there. A rename between two folders is there when one of them is. */
function touched(operation: Operation): readonly Inode[] {
  switch (operation.kind) {
    case 'write':
    case 'truncate':
    case 'sync':
      return [operation.inode];
    case 'link':
      return [operation.at.folder];
    case 'rename':
      return [operation.from.folder, operation.to.folder];
  }
}

type Fate = 'kept' | 'lost' | 'torn';

function fateOf(mood: Mood, dice: Dice, isFirst: boolean): Fate {
  switch (mood) {
    case 'losing':
      return 'lost';
    case 'keeping':
      return 'kept';
    case 'ordered':
      return isFirst ? 'kept' : 'lost';
    case 'shuffling':
      return dice.pick(['kept', 'lost', 'torn']);
  }
}

class State {
  readonly #octets = new Map<Inode, Buffer>();
  readonly #names = new Map<Inode, ReadonlyMap<string, Inode>>();
  /** Buffers that a copy shares with what it was copied from. */
  readonly #isShared = new Set<Inode>();

  copy(): State {
    const copy = new State();
    for (const [inode, octets] of this.#octets) {
      copy.#octets.set(inode, octets);
      copy.#isShared.add(inode);
    }
    for (const [folder, names] of this.#names) copy.#names.set(folder, names);
    return copy;
  }

  /** `tearing`: only some pieces of a write. */
  apply(operation: Operation, tearing: { grain: number; dice: Dice } | null): void {
    switch (operation.kind) {
      case 'write':
        return this.#write(operation, tearing);
      case 'truncate':
        return void this.#resize(operation.inode, operation.size);
      case 'link':
        return this.#name(operation.at, operation.inode);
      case 'rename':
        this.#name(operation.from, null);
        return this.#name(operation.to, operation.inode);
      case 'sync':
        return;
    }
  }

  /** The file has become longer, without what was to stand there. */
  extend({ inode, offset, octets }: Operation & { kind: 'write' }, rubbish: Dice | null): void {
    const before = this.#octets.get(inode)?.length ?? 0;
    const end = offset + octets.length;
    if (end <= before) return;
    const file = this.#resize(inode, end);
    if (rubbish !== null) file.fill(rubbish.below(256), before);
  }

  walk(root: Inode, folders: ReadonlySet<Inode>) {
    const found = { files: new Map<string, Buffer>(), folders: [] as string[] };
    const visit = (folder: Inode, path: string) => {
      for (const [name, inode] of this.#names.get(folder) ?? []) {
        if (!folders.has(inode))
          found.files.set(`${path}${name}`, this.#octets.get(inode) ?? Buffer.alloc(0));
        else {
          found.folders.push(`${path}${name}`);
          visit(inode, `${path}${name}/`);
        }
      }
    };
    visit(root, '');
    return found;
  }

  #write(
    { inode, offset, octets }: Operation & { kind: 'write' },
    tearing: { grain: number; dice: Dice } | null,
  ): void {
    const size = this.#octets.get(inode)?.length ?? 0;
    const file = this.#resize(inode, Math.max(size, offset + octets.length));
    if (tearing === null) return void octets.copy(file, offset);
    const { grain, dice } = tearing;
    for (let at = 0; at < octets.length;) {
      // Sectors are those of the file, not of the write.
      const end = Math.min(octets.length, at + grain - ((offset + at) % grain));
      if (dice.falls(0.5)) octets.copy(file, offset + at, at, end);
      at = end;
    }
  }

  /** A buffer of its own with room for that many octets. */
  #resize(inode: Inode, size: number): Buffer {
    const before = this.#octets.get(inode) ?? Buffer.alloc(0);
    if (before.length === size && !this.#isShared.has(inode)) return before;
    const file = this.#grow(before, size, this.#isShared.delete(inode));
    this.#octets.set(inode, file);
    return file;
  }

  /** Grows in place while there is room behind, so that a log that is written page by page is not copied for each. */
  #grow(before: Buffer, size: number, isShared: boolean): Buffer {
    const room = before.buffer.byteLength - before.byteOffset;
    if (!isShared && size <= room) {
      const file = Buffer.from(before.buffer, before.byteOffset, size);
      if (size > before.length) file.fill(0, before.length);
      return file;
    }
    const file = Buffer.from(new ArrayBuffer(Math.ceil(size * 1.25) + 4096), 0, size);
    before.copy(file, 0, 0, Math.min(size, before.length));
    return file;
  }

  #name({ folder, name }: Name, inode: Inode | null): void {
    const names = new Map(this.#names.get(folder));
    if (inode === null) names.delete(name);
    else names.set(name, inode);
    this.#names.set(folder, names);
  }
}

/**
 * What a recorded service did to its data folder, and what it said to its clients, as operations on files and folders.
 *
 * Descriptors belong to the process, so those of all threads are one table. What this does not know (a file that is mapped for writing,
 * descriptors that are doubled) makes it refuse the recording rather than replay half of it. SQLite's `-shm` files are left out: they
 * are an index of the log that SQLite makes anew after a cut, and the replay puts rubbish in their place.
 */
import { dirname, join, sep } from 'node:path';
import { numberAt, stringsIn, type SystemCall } from './strace-log.ts';

/** A file or folder, whatever its name. */
export type Inode = number;

interface Span {
  readonly began: number;
  readonly ended: number;
}

export interface Name {
  readonly folder: Inode;
  readonly name: string;
}

export type Operation = Span &
  (
    | { readonly kind: 'write'; readonly inode: Inode; readonly offset: number; readonly octets: Buffer }
    | { readonly kind: 'truncate'; readonly inode: Inode; readonly size: number }
    /** A name comes to stand for an inode, or for none. */
    | { readonly kind: 'link'; readonly at: Name; readonly inode: Inode | null }
    | { readonly kind: 'rename'; readonly from: Name; readonly to: Name; readonly inode: Inode }
    | { readonly kind: 'sync'; readonly inode: Inode }
  );

type Deed = Operation extends infer Each ? (Each extends Operation ? Omit<Each, keyof Span> : never) : never;

/** What was written to a connection: it carried the octets up to `end` of what the server said there. */
export interface Said {
  readonly began: number;
  readonly end: number;
}

export interface Recording {
  readonly operations: readonly Operation[];
  /** What the folder of folders is. */
  readonly root: Inode;
  readonly folders: ReadonlySet<Inode>;
  /** The path that an inode had first. */
  readonly paths: ReadonlyMap<Inode, string>;
  /** By the client's port. */
  readonly said: ReadonlyMap<number, readonly Said[]>;
  /** When a message with this subject began to be sent to another server. */
  readonly sent: ReadonlyMap<string, number>;
  readonly lines: number;
}

interface OpenFile {
  readonly inode: Inode;
  readonly isAppending: boolean;
  position: number;
}

const SUBJECT = /(?:^|\r\n)Subject: (\S+)\r\n/u;

/** The parent of the data folder is where names begin to be uncertain. */
export async function readOperations(
  calls: AsyncIterable<SystemCall>,
  dataFolder: string,
): Promise<Recording> {
  const reader = new OperationReader(dataFolder);
  for await (const call of calls) reader.read(call);
  return reader.recording();
}

class OperationReader {
  readonly #base: string;
  readonly #dataFolder: string;
  readonly #operations: Operation[] = [];
  readonly #files = new Map<number, OpenFile>();
  readonly #sizes = new Map<Inode, number>();
  /** By path, as things are while they are read. */
  readonly #tree = new Map<string, Inode>();
  readonly #folders = new Set<Inode>();
  readonly #paths = new Map<Inode, string>();
  readonly #ports = new Map<number, number>();
  readonly #said = new Map<number, Said[]>();
  readonly #sent = new Map<string, number>();
  #inodes = 0;
  #lines = 0;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
    this.#base = dirname(dataFolder);
    this.#folders.add(this.#newInode(this.#base));
  }

  recording(): Recording {
    return {
      operations: this.#operations.sort((a, b) => a.began - b.began),
      root: 1,
      ...{ folders: this.#folders, paths: this.#paths, said: this.#said, sent: this.#sent },
      lines: this.#lines,
    };
  }

  read(call: SystemCall): void {
    if (Number.isFinite(call.ended)) this.#lines = Math.max(this.#lines, call.ended);
    if (call.result !== null && call.result < 0) return;
    switch (call.name) {
      case 'execve':
        // Another life of the service: nothing is open.
        this.#ports.clear();
        return this.#files.clear();
      case 'openat':
        return this.#open(call);
      case 'close':
        this.#ports.delete(numberAt(call.args, 0));
        return void this.#files.delete(numberAt(call.args, 0));
      case 'write':
      case 'writev':
      case 'sendto':
      case 'sendmsg':
      case 'pwrite64':
      case 'pwritev':
        return this.#write(call);
      case 'ftruncate':
        return this.#onFile(call, ({ inode }) => this.#truncate(call, inode, numberAt(call.args, 1)));
      case 'fsync':
      case 'fdatasync':
        return this.#onFile(call, ({ inode }) => this.#note(call, { kind: 'sync', inode }));
      case 'getpeername':
        return this.#meet(call);
      default:
        return this.#change(call);
    }
  }

  #change(call: SystemCall): void {
    const [path = '', other = ''] = stringsIn(call.args).map((octets) => octets.toString());
    switch (call.name) {
      case 'mkdir':
      case 'mkdirat':
        if (this.#isOurs(path)) this.#folders.add(this.#make(call, path));
        return;
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        if (this.#tree.has(path)) this.#unlink(call, path);
        return;
      case 'rename':
      case 'renameat':
      case 'renameat2':
        if (this.#tree.has(path)) this.#rename(call, path, other);
        return;
      case 'mmap':
        return this.#refuseMapping(call);
      case 'fcntl':
        if (!call.args.includes('F_DUPFD')) return;
        return this.#onFile(call, () => this.#refuse(call));
      default:
        // dup, link, copy_file_range, truncate by path …: the product does none of them to its data.
        if (this.#isOurs(path) || this.#files.has(numberAt(call.args, 0))) this.#refuse(call);
    }
  }

  #open(call: SystemCall): void {
    const path = stringsIn(call.args)[0]?.toString() ?? '';
    if (!this.#isOurs(path) || call.result === null) return;
    const known = this.#tree.get(path);
    const inode = known ?? (call.args.includes('O_CREAT') ? this.#make(call, path) : this.#newInode(path));
    // A folder that was there before the recording began.
    if (known === undefined && call.args.includes('O_DIRECTORY')) this.#folders.add(inode);
    if (known !== undefined && call.args.includes('O_TRUNC')) this.#truncate(call, inode, 0);
    this.#files.set(call.result, { inode, isAppending: call.args.includes('O_APPEND'), position: 0 });
  }

  #write(call: SystemCall): void {
    const fd = numberAt(call.args, 0);
    const octets = Buffer.concat(stringsIn(call.args)).subarray(0, call.result ?? undefined);
    const file = this.#files.get(fd);
    if (file === undefined) return this.#say(call, fd, octets);
    const isPlaced = call.name.startsWith('pwrite');
    const size = this.#sizes.get(file.inode) ?? 0;
    const offset = isPlaced ? numberAt(call.args, -1) : file.isAppending ? size : file.position;
    if (!isPlaced) file.position = offset + octets.length;
    this.#sizes.set(file.inode, Math.max(size, offset + octets.length));
    this.#note(call, { kind: 'write', inode: file.inode, offset, octets });
  }

  #say(call: SystemCall, fd: number, octets: Buffer): void {
    const text = octets.toString('latin1');
    const subject = SUBJECT.exec(text)?.[1];
    if (subject !== undefined && !this.#sent.has(subject)) this.#sent.set(subject, call.began);
    const said = this.#said.get(this.#ports.get(fd) ?? -1);
    said?.push({ began: call.began, end: (said.at(-1)?.end ?? 0) + octets.length });
  }

  /** The server asks who it is that has connected. */
  #meet(call: SystemCall): void {
    const port = Number(/sin6?_port=htons\((\d+)\)/u.exec(call.args)?.[1]);
    const fd = numberAt(call.args, 0);
    if (this.#ports.get(fd) === port) return;
    this.#ports.set(fd, port);
    this.#said.set(port, []);
  }

  #truncate(call: SystemCall, inode: Inode, size: number): void {
    this.#sizes.set(inode, size);
    this.#note(call, { kind: 'truncate', inode, size });
  }

  #make(call: SystemCall, path: string): Inode {
    const inode = this.#newInode(path);
    this.#note(call, { kind: 'link', at: this.#nameOf(path), inode });
    return inode;
  }

  #unlink(call: SystemCall, path: string): void {
    this.#note(call, { kind: 'link', at: this.#nameOf(path), inode: null });
    this.#tree.delete(path);
  }

  #rename(call: SystemCall, from: string, to: string): void {
    const inode = this.#tree.get(from) ?? 0;
    this.#note(call, { kind: 'rename', from: this.#nameOf(from), to: this.#nameOf(to), inode });
    this.#tree.delete(from);
    this.#tree.set(to, inode);
  }

  #refuseMapping(call: SystemCall): void {
    if (!call.args.includes('MAP_SHARED') || !call.args.includes('PROT_WRITE')) return;
    if (this.#files.has(numberAt(call.args, 4))) this.#refuse(call);
  }

  #refuse(call: SystemCall): never {
    throw new Error(`line ${call.began}: cannot replay ${call.name}(${call.args.slice(0, 200)})`);
  }

  #onFile({ args }: SystemCall, then: (file: OpenFile) => void): void {
    const file = this.#files.get(numberAt(args, 0));
    if (file !== undefined) then(file);
  }

  #note({ began, ended }: SystemCall, deed: Deed): void {
    this.#operations.push({ ...deed, began, ended });
  }

  #nameOf(path: string): Name {
    return { folder: this.#tree.get(dirname(path)) ?? 0, name: path.slice(dirname(path).length + 1) };
  }

  #newInode(path: string): Inode {
    const inode = ++this.#inodes;
    this.#tree.set(path, inode);
    this.#paths.set(inode, path);
    return inode;
  }

  /** In the data folder, or its parent itself. */
  #isOurs(path: string): boolean {
    if (path.endsWith('-shm')) return false;
    return path === this.#base || path === this.#dataFolder || path.startsWith(join(this.#dataFolder, sep));
  }
}

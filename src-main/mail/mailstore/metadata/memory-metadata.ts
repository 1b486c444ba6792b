/** Memory metadata: annotations without a disk, for tests and the demo; the port's invariants. */
import { Emitter } from '../../../base/emitter.ts';
import { err, ok, type Result } from '../../../base/result.ts';
import type { AccountId, MailboxId } from '../port.ts';
import { MAX_METADATA_ENTRIES, PRIVATE_PREFIX } from './port.ts';
import type {
  MetadataChanged,
  MetadataEntry,
  MetadataError,
  MetadataPlace,
  MetadataStore,
  MetadataWrite,
} from './port.ts';

/** Values by name, of what is shared and of each account. */
type Annotations = Map<AccountId | 'shared', Map<string, Uint8Array>>;

/** The mailboxes that there are. */
export interface AnnotatedMailboxes {
  has(id: MailboxId): boolean;
  raiseModSeq(id: MailboxId): void;
}

export class MemoryMetadata implements MetadataStore {
  readonly #places = new Map<MetadataPlace, Annotations>();
  readonly #changes = new Emitter<MetadataChanged>();
  readonly #mailboxes: AnnotatedMailboxes;

  readonly onChange = this.#changes.subscribe;

  constructor(mailboxes: AnnotatedMailboxes) {
    this.#mailboxes = mailboxes;
  }

  list(place: MetadataPlace, reader: AccountId): Promise<readonly MetadataEntry[]> {
    const annotations = this.#places.get(place);
    const found = [...(annotations?.get('shared') ?? []), ...(annotations?.get(reader) ?? [])];
    const entries = found.map(([name, value]) => ({ name, value }));
    return Promise.resolve(entries.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  set(place: MetadataPlace, write: MetadataWrite): Promise<Result<void, MetadataError>> {
    if (place !== 'server' && !this.#mailboxes.has(place)) return Promise.resolve(err('noSuchMailbox'));
    const annotations: Annotations = new Map(this.#places.get(place));
    const names: string[] = [];
    for (const { name, value } of write.values) {
      const owner = name.startsWith(PRIVATE_PREFIX) ? write.writer : 'shared';
      const entries = new Map(annotations.get(owner));
      annotations.set(owner, entries);
      if (isSame(entries.get(name), value)) continue;
      names.push(name);
      if (value === null) entries.delete(name);
      else entries.set(name, value);
    }
    const isTooMany = [...annotations.values()].some((entries) => entries.size > MAX_METADATA_ENTRIES);
    if (isTooMany) return Promise.resolve(err('tooMany'));
    this.#places.set(place, annotations);
    const { writer, origin } = write;
    if (names.length > 0) {
      if (place !== 'server') this.#mailboxes.raiseModSeq(place);
      this.#changes.emit({ kind: 'metadata', place, writer, origin, names });
    }
    return Promise.resolve(ok(undefined));
  }

  /** The mailbox is deleted. */
  drop(id: MailboxId): void {
    this.#places.delete(id);
  }

  /** INBOX was renamed: the new mailbox has its annotations too. */
  copy(from: MailboxId, to: MailboxId): void {
    const annotations = this.#places.get(from);
    if (annotations !== undefined) this.#places.set(to, new Map(annotations));
  }
}

function isSame(old: Uint8Array | undefined, value: Uint8Array | null): boolean {
  if (old === undefined || value === null) return old === undefined && value === null;
  return old.length === value.length && old.every((octet, index) => octet === value[index]);
}

/** A mailbox as the RFCs describe it, in the simplest words: UIDs and flags. What the server is held against. */
export class MailboxModel {
  readonly messages = new Map<number, ReadonlySet<string>>();
  #uidNext = 1;

  get uids(): number[] {
    return [...this.messages.keys()];
  }

  add(flags: Iterable<string>): void {
    this.messages.set(this.#uidNext++, new Set(flags));
  }

  store(uids: readonly number[], operation: string, given: readonly string[]): void {
    for (const uid of uids) {
      const flags = this.messages.get(uid);
      if (flags === undefined) continue;
      this.messages.set(uid, changeFlags(flags, operation, given));
    }
  }

  copy(uids: readonly number[]): void {
    for (const uid of uids) {
      const flags = this.messages.get(uid);
      if (flags !== undefined) this.add(flags);
    }
  }

  remove(uids: readonly number[]): void {
    for (const uid of uids) this.messages.delete(uid);
  }

  /** Those of `uids` that are marked \Deleted. */
  deletedAmong(uids: readonly number[]): number[] {
    return uids.filter((uid) => this.messages.get(uid)?.has('\\Deleted'));
  }

  /** Takes the state over from the server: after commands that ran at once, in an order that nobody knows. */
  adopt(entries: readonly { uid: number; flags: readonly string[] }[], uidNext: number): void {
    this.messages.clear();
    for (const { uid, flags } of entries) this.messages.set(uid, new Set(flags));
    this.#uidNext = uidNext;
  }

  /** `uid flags`, to be compared as a whole. */
  describe(): string[] {
    return [...this.messages].map(([uid, flags]) => describeMessage(uid, flags));
  }
}

export function changeFlags(
  flags: ReadonlySet<string>,
  operation: string,
  given: readonly string[],
): ReadonlySet<string> {
  if (operation === '+') return new Set([...flags, ...given]);
  if (operation === '-') return new Set([...flags].filter((flag) => !given.includes(flag)));
  return new Set(given);
}

export function describeMessage(uid: number, flags: ReadonlySet<string>): string {
  return `${uid} ${[...flags].sort().join(' ')}`;
}

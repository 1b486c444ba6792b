/** Threads as THREAD answers them (RFC 5256 §5 thread-list): `(166)(2 6 (3)(4))`. */

export interface ThreadMember {
  /** null stands for a message that is not in the mailbox. */
  readonly number: number | null;
  /** 0 begins a thread; replies are one deeper. */
  readonly depth: number;
}

/** Members come before their replies. No recursion: a thread may be very deep. */
export function formatThreads(members: readonly ThreadMember[]): string {
  const isAlone = findOnlyChildren(members);
  const pieces: string[] = [];
  /** Depths of the parentheses that are open. */
  const open: number[] = [];
  for (const [at, { number, depth }] of members.entries()) {
    while ((open.at(-1) ?? -1) >= depth) {
      open.pop();
      pieces.push(')');
    }
    const opensList = isAlone[at] !== true;
    const follows = at > 0 && members[at - 1]?.depth === depth - 1 && members[at - 1]?.number !== null;
    if (follows) pieces.push(' ');
    if (opensList) {
      pieces.push('(');
      open.push(depth);
    }
    if (number !== null) pieces.push(String(number));
  }
  return pieces.join('') + ')'.repeat(open.length);
}

/** Which members are the only reply to theirs: these follow it without parentheses. */
function findOnlyChildren(members: readonly ThreadMember[]): boolean[] {
  const isAlone: boolean[] = members.map(({ depth }) => depth > 0);
  /** By depth, the member that was seen last under the current one above it. */
  const latest: number[] = [];
  for (const [at, { depth }] of members.entries()) {
    const sibling = latest[depth];
    if (sibling !== undefined) {
      isAlone[at] = false;
      isAlone[sibling] = false;
    }
    latest.length = depth;
    latest[depth] = at;
  }
  return isAlone;
}

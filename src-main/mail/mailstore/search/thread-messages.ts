/** Threads: THREAD's algorithms (RFC 5256 §3), over the same facts as SORT. */
import { threadByReferences } from './thread-references.ts';
import type { ThreadAlgorithm, ThreadEntry } from './port.ts';
import type { SortFacts } from './sort-messages.ts';
import { compareFolded } from './search-text.ts';

export function threadMessages(
  messages: readonly SortFacts[],
  algorithm: ThreadAlgorithm,
): readonly ThreadEntry[] {
  return algorithm === 'references' ? threadByReferences(messages) : threadBySubject(messages);
}

/** ORDEREDSUBJECT: one thread for each base subject; all that follow the first are its children. */
function threadBySubject(messages: readonly SortFacts[]): readonly ThreadEntry[] {
  const sorted = [...messages].sort(
    (a, b) => compareFolded(a.content.subject, b.content.subject) || bySentDate(a, b),
  );
  const threads: SortFacts[][] = [];
  for (const facts of sorted) {
    const thread = threads.at(-1);
    if (thread?.[0]?.content.subject === facts.content.subject) thread.push(facts);
    else threads.push([facts]);
  }
  // The threads themselves in the order of their first messages.
  threads.sort(([a], [b]) => (a === undefined || b === undefined ? 0 : bySentDate(a, b)));
  return threads.flatMap((thread) => thread.map(({ uid }, at) => ({ uid, depth: at === 0 ? 0 : 1 })));
}

/** RFC 5256 §2.2: by sent date, then by sequence number. */
export function bySentDate(
  a: Pick<SortFacts, 'sentAt' | 'uid'>,
  b: Pick<SortFacts, 'sentAt' | 'uid'>,
): number {
  return a.sentAt - b.sentAt || a.uid - b.uid;
}

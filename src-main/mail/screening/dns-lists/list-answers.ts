/**
 * What DNS lists are asked, and what their answers mean.
 *
 * RFC 5782 §2.1 (IPv4), §2.4 (IPv6), §4 (names), §2.3 (answers are addresses in 127.0.0.0/8). Invariants: an answer that is a
 * list's refusal (127.255.255.x), or no answer of a list at all, is never taken for "listed".
 */
import { reverseLabels } from '../../../protocol/dns/reverse-name.ts';
import type { ListMeaning } from '../settings.ts';

/** The name to ask for about an address; null where it is none. */
export function nameOfAddress(address: string, zone: string): string | null {
  const labels = reverseLabels(address);
  return labels === null ? null : `${labels.join('.')}.${zone}`;
}

export type AnswerKind = 'listed' | 'refused' | 'foreign';

/** `refused`: the list does not talk to this resolver. `foreign`: some resolver answers for names that do not exist. */
export function kindOfAnswer(address: string): AnswerKind {
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets[0] !== 127) return 'foreign';
  return octets[1] === 255 && octets[2] === 255 ? 'refused' : 'listed';
}

const REFUSALS: Readonly<Record<string, string>> = {
  '127.255.255.252': 'the list does not know this zone; its name is misspelled',
  '127.255.255.254': 'the list does not answer public resolvers; use a name server of your own',
  '127.255.255.255': 'the list has been asked too often from here',
};

export function describeRefusal(address: string): string {
  return REFUSALS[address] ?? `the list refuses to answer (${address})`;
}

/** The meanings that any of the answers has, each once. */
export function meaningsOf(
  answers: readonly string[],
  meanings: readonly ListMeaning[],
): readonly ListMeaning[] {
  return meanings.filter((meaning) => answers.some((answer) => isCovered(answer, meaning.answers)));
}

/** `pattern`: four parts, each a number, a range `2-11`, or `*`. */
export function isCovered(answer: string, pattern: string): boolean {
  const parts = pattern.split('.');
  const octets = answer.split('.').map(Number);
  return parts.length === 4 && parts.every((part, index) => isInPart(octets[index] ?? -1, part));
}

function isInPart(octet: number, part: string): boolean {
  if (part === '*') return true;
  const [first = '', last = first] = part.split('-');
  return /^\d+$/u.test(first) && /^\d+$/u.test(last) && octet >= Number(first) && octet <= Number(last);
}

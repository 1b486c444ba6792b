/**
 * What a blocklist says (RFC 5782). Invariants: refusals (127.255.255.x) and answers of nobody's list are "could not determine",
 * never "listed".
 */
import { describeRefusal, kindOfAnswer } from '../../../mail/screening/dns-lists/list-answers.ts';
import type { Blocklist } from '../../blocklists.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { advice, fail, fine, letter, unsure } from '../finding.ts';

interface Listing {
  readonly list: Blocklist;
  readonly state: 'clear' | 'listed' | 'unknown';
  /** What the list says, or why nobody could say. */
  readonly words: string;
}

/** `nameIn`: what is asked for in a zone. */
export async function judgeListings(
  tools: CheckTools,
  key: string,
  asked: readonly { readonly list: Blocklist; readonly name: string }[],
): Promise<CheckFinding> {
  const listings = await Promise.all(asked.map(({ list, name }) => ask(tools, list, name)));
  const found = listings.map(({ list, state, words }) => `${list.name}: ${state === 'clear' ? '—' : words}`);
  const listed = listings.filter(({ state }) => state === 'listed');
  const clear = listings.filter(({ state }) => state === 'clear').length;
  if (listed.length > 0) {
    const fixes = listed.flatMap(({ list, words }) => delistFixes(list, key, words));
    const lists = listed.map(({ list }) => list.name).join(', ');
    return fail(tell('listed', { key, lists }), { found, fixes });
  }
  if (clear === 0)
    return unsure(tell('listsSilent', { key }), { found, fixes: [advice(tell('adviseOwnResolver', {}))] });
  const silent = listings.length - clear;
  return silent === 0
    ? fine(tell('notListed', { key, clear }), { found })
    : fine(tell('notListedBySome', { key, clear, silent }), { found });
}

function delistFixes(list: Blocklist, key: string, words: string) {
  const url = list.delistUrl.replace('{key}', encodeURIComponent(key));
  return [
    advice(tell('adviseDelist', { list: list.name, url })),
    letter('delist', { list: list.name, key, url, reason: words }),
  ];
}

async function ask({ dns }: CheckTools, list: Blocklist, name: string): Promise<Listing> {
  const answer = await dns.ask(name, 'A');
  if (answer.kind === 'temporaryFailure') return { list, state: 'unknown', words: answer.reason };
  if (answer.kind !== 'found') return { list, state: 'clear', words: '' };
  const kinds = answer.records.map((address) => ({ address, kind: kindOfAnswer(address) }));
  const refusal = kinds.find(({ kind }) => kind === 'refused');
  if (refusal !== undefined) return { list, state: 'unknown', words: describeRefusal(refusal.address) };
  const listed = kinds.filter(({ kind }) => kind === 'listed').map(({ address }) => address);
  if (listed.length === 0) return { list, state: 'unknown', words: answer.records.join(', ') };
  const texts = await dns.ask(name, 'TXT');
  const reason = texts.kind === 'found' ? (texts.records[0]?.text ?? '') : '';
  return { list, state: 'listed', words: reason === '' ? listed.join(', ') : reason };
}

/** RFC 6376 §3.6: what DNS has under each of our selectors is the public half of the key that we sign with, as one text. */
import { parseTagList, withoutSpace } from '../../../protocol/authentication/tag-list.ts';
import type { TextRecord } from '../../../protocol/dns/record-resolver.ts';
import type { HealthSigningKey } from '../../facts.ts';
import { tell } from '../../finding-words.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { advice, fail, fine, press, publish, unanswered, warn } from '../finding.ts';
import { textRecord } from '../found-records.ts';
import { withSpread } from '../name-servers.ts';

export const dkimKeys: HealthCheck = {
  id: 'dkimKeys',
  card: 'trust',
  about: 'domain',
  run(tools, domain) {
    const keys = tools.facts.signingKeys.filter((key) => key.domain === domain && key.state !== 'retired');
    if (keys.length === 0)
      return Promise.resolve([
        fail(tell('dkimNone', { domain }), { fixes: [press('makeSigningKey', domain)] }),
      ]);
    return Promise.all(keys.map((key) => lookForKey(tools, key)));
  },
};

async function lookForKey(tools: CheckTools, key: HealthSigningKey): Promise<CheckFinding> {
  const { recordName: name } = key;
  const answer = await tools.dns.ask(name, 'TXT');
  if (answer.kind === 'temporaryFailure') return { subject: name, ...unanswered(name, answer) };
  const isRight = (its: readonly TextRecord[]): boolean => its.some(({ text }) => isKey(key, text));
  const records = answer.kind === 'found' ? answer.records : [];
  const finding = await withSpread(tools, judge(key, records), { name, type: 'TXT', isRight });
  return { subject: name, ...finding };
}

function judge(key: HealthSigningKey, records: readonly TextRecord[]): CheckFinding {
  const { domain, recordName: name, record, state } = key;
  const found = records.map(({ strings }) => strings.map((each) => `"${each}"`).join(' '));
  const instead = records.map(({ text }) => textRecord(name, text));
  const fixes = [publish(domain, textRecord(name, record), instead)];
  const sides = { expected: [record], found, fixes };
  if (records.length === 1 && records.some(({ text }) => isKey(key, text)))
    return fine(tell('dkimEqual', { name }), { found });
  // A key that waits for its record signs nothing yet, so nobody's mail suffers.
  const poor = state === 'active' ? fail : warn;
  if (records.length === 0)
    return poor(tell(state === 'active' ? 'dkimMissing' : 'dkimAwaited', { name }), sides);
  if (records.some(({ text }) => isKey(key, text)))
    return poor(tell('dkimSeveral', { name, count: records.length }), sides);
  const slip = slipOf(key, records);
  if (slip !== null)
    return poor(tell(slip, { name }), { ...sides, fixes: [...fixes, advice(tell('adviseLongText', {}))] });
  if (records.some(({ text }) => isRevoked(text))) return poor(tell('dkimRevoked', { name }), sides);
  return poor(tell('dkimDifferent', { name }), sides);
}

function isKey({ publicKey, algorithm }: HealthSigningKey, text: string): boolean {
  const tags = parseTagList(text);
  const type = algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
  return (
    tags !== null &&
    withoutSpace(tags.get('p') ?? '') === publicKey &&
    (tags.get('k') ?? 'rsa').toLowerCase() === type
  );
}

function isRevoked(text: string): boolean {
  return parseTagList(text)?.get('p') === '';
}

/** The right key, but spoilt by a provider's form: its quotes kept, its pieces made records, or cut off. */
function slipOf(
  key: HealthSigningKey,
  records: readonly TextRecord[],
): 'dkimQuotes' | 'dkimInPieces' | 'dkimCutOff' | null {
  const bare = (text: string): string => text.replace(/\\?["\\]/gu, '').replace(/\s+/gu, '');
  const isSame = (text: string): boolean => bare(text) === bare(key.record);
  if (records.some(({ text }) => /["\\]/u.test(text) && isSame(text))) return 'dkimQuotes';
  const texts = records.map(({ text }) => bare(text));
  if (texts.length > 1 && orders(texts).some((ordered) => ordered.join('').endsWith(`p=${key.publicKey}`)))
    return 'dkimInPieces';
  const [only] = texts;
  const p = /p=(.*)$/u.exec(only ?? '')?.[1] ?? '';
  return p.length > 0 && p.length < key.publicKey.length && key.publicKey.startsWith(p) ? 'dkimCutOff' : null;
}

/** As the pieces may follow each other: the one with the tags is first. */
function orders(texts: readonly string[]): readonly (readonly string[])[] {
  return texts.map((first, at) => [first, ...texts.filter((_, index) => index !== at)]);
}

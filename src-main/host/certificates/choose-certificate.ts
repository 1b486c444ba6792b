/** Which of several certificates a client is shown: by the name that it asks for (RFC 6066 §3). */
import { coverage, type CertificateFacts } from './inspect-pair.ts';

export interface Choosable {
  readonly facts: Pick<CertificateFacts, 'names' | 'isSelfSigned' | 'notBefore' | 'notAfter'>;
}

/**
 * The best for the name: one that is valid now before one that is not, of an authority before a self-signed one, with the name itself
 * before a wildcard, and the one that lasts longest. null where none has the name.
 */
export function chooseCertificate<C extends Choosable>(
  certificates: readonly C[],
  name: string,
  now: number,
): C | null {
  const named = certificates.filter(({ facts }) => coverage(facts.names, name) > 0);
  const ranks = new Map(named.map((each) => [each, rankOf(each, name, now)]));
  const better = (a: C, b: C): C => (compare(ranks.get(a) ?? [], ranks.get(b) ?? []) >= 0 ? a : b);
  return named.length === 0 ? null : named.reduce(better);
}

function rankOf({ facts }: Choosable, name: string, now: number): readonly number[] {
  const isValid = facts.notBefore <= now && now < facts.notAfter;
  return [Number(isValid), Number(!facts.isSelfSigned), coverage(facts.names, name), facts.notAfter];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

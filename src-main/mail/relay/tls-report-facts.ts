/** What is told of TLS with a host: to the domain that asks for reports (RFC 8460), and to people who look at an attempt. */
import type { SessionTarget, TlsFindings } from '../../protocol/smtp/client/open-session.ts';
import type { AttemptTls } from '../events.ts';
import type { TlsOutcome } from '../reports/tls-outcome.ts';

const NO_POLICY = { type: 'no-policy-found', lines: [], mxHosts: [] } as const;

/** null where nothing can be said of TLS: the host was not reached, or it was not asked for. */
export function tlsOutcomeOf(
  target: SessionTarget,
  findings: TlsFindings,
): Omit<TlsOutcome, 'domain'> | null {
  const { hasOffered, tls, problem } = findings;
  if (hasOffered === null && tls === null && problem === null) return null;
  const { type, lines, mxHosts } = target.policy ?? NO_POLICY;
  const failure = failureOf(target, findings);
  return {
    policy: { type, lines, mxHosts },
    receivingMx: target.host,
    receivingAddress: target.address,
    result: failure?.kind ?? 'success',
    reason: failure?.reason ?? '',
  };
}

/** RFC 8460 §4.3. Without a policy no certificate has to prove anything. */
function failureOf(
  { policy }: SessionTarget,
  { hasOffered, tls, problem }: TlsFindings,
): { kind: Exclude<TlsOutcome['result'], 'success'>; reason: string } | null {
  if (hasOffered === false) return { kind: 'starttls-not-supported', reason: '' };
  if (tls === null) return problem === null ? null : { kind: 'validation-failure', reason: problem };
  const isJudged = policy?.type === 'sts' || problem !== null;
  if (isJudged && tls.flaw !== null) return tls.flaw;
  if (policy?.isHostMissing === true) {
    return { kind: 'validation-failure', reason: 'the policy does not name the host' };
  }
  return null;
}

/** For the attempt in a message's timeline. */
export function attemptTlsOf({ policy }: SessionTarget, { tls, problem }: TlsFindings): AttemptTls | null {
  if (tls === null && policy === undefined) return null;
  return {
    policy: policy?.note ?? 'none',
    version: tls?.version ?? null,
    cipher: tls?.cipher ?? null,
    provedBy: tls?.provedBy ?? null,
    problem: tls?.flaw?.reason ?? problem,
    certificate: tls?.certificate ?? null,
  };
}

/** When a certificate of an authority is to be obtained anew, and how long a failure keeps us from trying. */
import type { CertificateFacts } from './inspect-pair.ts';
import { coverage } from './inspect-pair.ts';
import type { CertificatePlan } from './acme-settings.ts';
import type { AcmeProgress } from './port.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Authorities count failures by the hour: one that passes is over by then, and a lasting one costs a few tries a day. */
const FIRST_DELAY_MS = 15 * MINUTE_MS;
const LONGEST_DELAY_MS = DAY_MS;
/** Many servers that failed at once must not come back at once. */
const JITTER = 0.25;
/** From then on nobody must overlook it. */
export const URGENT_MS = 14 * DAY_MS;

export const FRESH: AcmeProgress = { failures: 0, notBefore: null, problem: null, triedAt: null };

type Life = Pick<CertificateFacts, 'notBefore' | 'notAfter' | 'names'>;

/** A third of its life before its end. */
export function renewAt({ notBefore, notAfter }: Pick<Life, 'notBefore' | 'notAfter'>): number {
  return notAfter - (notAfter - notBefore) / 3;
}

/** When to try: now, where there is none or it lacks a name; never before a failure's delay is over. */
export function dueAt(plan: CertificatePlan, life: Life | null, progress: AcmeProgress): number {
  const isFit = life !== null && plan.names.every((name) => coverage(life.names, name) > 0);
  return Math.max(isFit ? renewAt(life) : 0, progress.notBefore ?? 0);
}

/** `random` is from 0 to 1; `askedToWaitMs`: the authority's own word (RFC 8555 §6.6). */
export function afterFailure(
  progress: AcmeProgress,
  failure: { now: number; problem: string; askedToWaitMs: number | null; random: number },
): AcmeProgress {
  const { now, problem, askedToWaitMs, random } = failure;
  const failures = progress.failures + 1;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
  const waitMs = Math.max(delayMs * (1 + JITTER * random), askedToWaitMs ?? 0);
  return { failures, problem, notBefore: Math.round(now + waitMs), triedAt: now };
}

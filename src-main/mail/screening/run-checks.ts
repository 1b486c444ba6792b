/**
 * Runs checks side by side, each within its own time and all within one.
 *
 * Invariants: the answer comes within the total time, whatever the checks do; a check that fails, throws or is late is a finding
 * that says so, and nothing it says afterwards counts.
 */
import { tell, type FindingDetail } from '../../base/finding-texts.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { CheckFinding, MessageCheck, MessageFacts } from './facts.ts';

export interface RunOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly totalMs: number;
}

export async function runChecks(
  checks: readonly MessageCheck[],
  facts: MessageFacts,
  options: RunOptions,
): Promise<readonly CheckFinding[]> {
  const applying = checks.filter((check) => check.applies(facts));
  const findings = await Promise.all(applying.map((check) => runCheck(check, facts, options)));
  return findings.flat();
}

async function runCheck(
  check: MessageCheck,
  facts: MessageFacts,
  { clock, logger, totalMs }: RunOptions,
): Promise<readonly CheckFinding[]> {
  const withinMs = Math.min(check.timeoutMs, totalMs);
  try {
    const findings = await within(check.run(facts), withinMs, clock);
    if (findings !== null) return findings;
    return [unavailable(check, tell('notInTime', { seconds: withinMs / 1000 }))];
  } catch (error) {
    logger.error('a check failed', { check: check.name, traceId: facts.traceId, error });
    return [unavailable(check, tell('failed', {}))];
  }
}

function unavailable(check: MessageCheck, why: FindingDetail): CheckFinding {
  if (check.whenUnavailable !== undefined) return check.whenUnavailable();
  return { check: check.name, outcome: 'couldNotDetermine', weight: 0, detail: why };
}

/** Null when the time is over first. */
export function within<T>(work: Promise<T>, limitMs: number, clock: Clock): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => resolve(null));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

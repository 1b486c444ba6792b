/**
 * Runs checks: all at once within bounds, each within its time, and tells what each found as soon as it is known.
 *
 * Flow: the health desk plans units → here → findings with their evidence. Invariants: never rejects; a check that fails or takes too long
 * is "could not determine"; after an abort no further check begins, and none of those under way is waited for.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { EvidenceBook, watchTools } from './evidence.ts';
import type { HealthFacts } from './facts.ts';
import { tell } from './finding-words.ts';
import { CHECK_TIMEOUT_MS, CHECKS_AT_ONCE } from './limits.ts';
import { findOwnAddresses } from './own-addresses.ts';
import type { CheckFinding, HealthCheck, HealthFinding } from './port.ts';
import { asDnsResolver, toolsOfRun } from './run-tools.ts';
import type { CheckTools, HealthTools } from './tools.ts';

/** One check about one domain, or about the server. */
export interface CheckUnit {
  readonly check: HealthCheck;
  /** Empty: the server. */
  readonly domain: string;
}

export interface UnitResult {
  readonly unit: CheckUnit;
  readonly findings: readonly HealthFinding[];
}

export interface RunOptions {
  readonly units: readonly CheckUnit[];
  readonly facts: HealthFacts;
  readonly tools: HealthTools;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Of other servers' SMTP, and of name servers: the standard ones, except in tests. */
  readonly ports: { readonly mx: number; readonly nameServer: number };
  readonly onResult: (result: UnitResult) => void;
}

/** Which checks are to be asked of these domains; without any: about the server too. */
export function planUnits(
  checks: readonly HealthCheck[],
  domains: readonly string[],
  includesServer: boolean,
): readonly CheckUnit[] {
  return checks.flatMap((check): CheckUnit[] => {
    if (check.about === 'domain') return domains.map((domain) => ({ check, domain }));
    return includesServer ? [{ check, domain: '' }] : [];
  });
}

/** Resolves when every unit has its result, or at an abort. */
export async function runChecks(options: RunOptions): Promise<void> {
  const { hostname, domains } = options.facts;
  const tools = toolsOfRun(options.tools, [hostname, ...domains.map(({ name }) => name)]);
  const waiting = [...options.units];
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined && !options.signal.aborted; unit = waiting.shift()) {
      const findings = await runUnit(unit, tools, options);
      if (findings !== null) options.onResult({ unit, findings });
    }
  };
  await Promise.all(Array.from({ length: Math.min(CHECKS_AT_ONCE, waiting.length) }, work));
}

/** null: the run was given up meanwhile. */
async function runUnit(
  { check, domain }: CheckUnit,
  tools: HealthTools,
  options: RunOptions,
): Promise<readonly HealthFinding[] | null> {
  const { clock, facts, signal } = options;
  const book = new EvidenceBook(clock);
  const watched = watchTools(tools, book);
  const checkTools: CheckTools = {
    ...watched,
    facts,
    now: clock.now(),
    resolver: asDnsResolver(watched.dns),
    // Who our own addresses are is asked by many; it is evidence of none.
    ownAddresses: () => findOwnAddresses(facts, tools.dns),
    mxPort: options.ports.mx,
    nameServerPort: options.ports.nameServer,
  };
  const found = await bounded(() => check.run(checkTools, domain), {
    clock,
    signal,
    onError: logTo(options, check),
  });
  if (found === 'aborted') return null;
  const evidence = [...book.notes];
  return found.map((finding) => completed(finding, { check, domain }, evidence));
}

function completed(
  { subject, expected = [], found = [], fixes = [], ...finding }: CheckFinding,
  { check, domain }: CheckUnit,
  evidence: HealthFinding['evidence'],
): HealthFinding {
  const about = { check: check.id, card: check.card, subject: subject ?? domain };
  return { ...about, ...finding, expected, found, fixes, evidence };
}

function logTo({ logger }: RunOptions, { id }: HealthCheck): (error: unknown) => void {
  return (error) => logger.error('a health check failed', { check: id, error });
}

interface Bounds {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

function bounded(
  run: () => Promise<readonly CheckFinding[]>,
  { clock, signal, onError }: Bounds,
): Promise<readonly CheckFinding[] | 'aborted'> {
  return new Promise((resolve) => {
    const finish = (result: readonly CheckFinding[] | 'aborted'): void => {
      cancel();
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = (): void => finish('aborted');
    const cancel = clock.after(CHECK_TIMEOUT_MS, () => {
      const text = tell('tookTooLong', { seconds: CHECK_TIMEOUT_MS / 1_000 });
      finish([{ state: 'undetermined', text, fixes: TRY_AGAIN }]);
    });
    signal.addEventListener('abort', abort);
    const fail = (error: unknown): void => {
      onError(error);
      finish([{ state: 'undetermined', text: tell('failedItself', {}), fixes: TRY_AGAIN }]);
    };
    // A check may also throw before its promise exists.
    Promise.resolve().then(run).then(finish, fail);
  });
}

const TRY_AGAIN = [{ kind: 'advice', text: tell('adviseTryAgain', {}) }] as const;

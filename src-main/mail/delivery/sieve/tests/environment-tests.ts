/**
 * Tests of what surrounds the message: `environment` (RFC 5183), `string` (RFC 5229 §5), `hasflag` (RFC 5232 §4), `spamtest`
 * and `virustest` (RFC 5235), `valid_notify_method` and `notify_method_capability` (RFC 5435 §4, §5), `ihave` (RFC 5463 §4),
 * `duplicate` (RFC 7352 §3).
 */
import { flagsOf } from '../actions/flags.ts';
import { literalsOf } from '../checking/call.ts';
import { isSupported } from '../checking/capabilities.ts';
import { isNotifyMethod } from '../checking/words.ts';
import { DEFAULT_DUPLICATE_SECONDS, MAX_DUPLICATE_SECONDS } from '../limits.ts';
import { decodedValue } from '../running/edited-header.ts';
import { matchValues } from '../running/match-values.ts';
import type { Run } from '../running/run.ts';
import type { Call } from '../checking/call.ts';
import type { TestTable } from './test-runner.ts';

export const ENVIRONMENT_TESTS: TestTable = {
  environment(run, call) {
    const name = run.parameter(call, 0).toLowerCase();
    const { items } = run.environment;
    const values = Object.hasOwn(items, name) ? [items[name] ?? ''] : [];
    return matchValues(run, call, { values, keys: call.parameters[1] });
  },

  string(run, call) {
    const sources = run.strings(call.parameters[0]);
    // RFC 5229 §5: for :count, empty strings do not count.
    const values = call.options['count'] === undefined ? sources : sources.filter((source) => source !== '');
    return matchValues(run, call, { values, keys: call.parameters[1] });
  },

  hasflag(run, call) {
    const names = run.strings(call.parameters[0]);
    const values =
      names.length === 0 ? run.flags : names.flatMap((name) => flagsOf([run.frame.variables.get(name)]));
    return matchValues(run, call, { values, keys: call.parameters[1] });
  },

  spamtest(run, call) {
    const percent = run.environment.spamPercent;
    const isPercent = call.options['percent'] !== undefined;
    const level = percent === null ? 0 : isPercent ? percent : spamLevel(percent);
    return matchLevel(run, call, { level, isTested: percent !== null });
  },

  virustest(run, call) {
    const level = run.environment.virusLevel;
    return matchLevel(run, call, { level, isTested: level > 0 });
  },

  valid_notify_method(run, call) {
    return run.strings(call.parameters[0]).every(isNotifyMethod);
  },

  notify_method_capability(run, call) {
    const isOnline =
      run.parameter(call, 1).toLowerCase() === 'online' && isNotifyMethod(run.parameter(call, 0));
    // RFC 5436 §2.2: nobody can know whether somebody reads a message at once.
    return isOnline && matchValues(run, call, { values: ['maybe'], keys: call.parameters[2] });
  },

  ihave(_run, call) {
    return literalsOf(call.parameters[0]).every(({ value }) => isSupported(value));
  },

  duplicate: isDuplicate,
};

/** RFC 5235 §3.2.2: `:count` says whether there was a test; with `:percent` nothing else does. */
function matchLevel(
  run: Run,
  call: Call,
  { level, isTested }: { level: number; isTested: boolean },
): boolean | Promise<boolean> {
  const isCounted = call.options['count'] !== undefined;
  const values = isCounted && !isTested ? [] : [String(level)];
  return matchValues(run, call, { values, keys: call.parameters[0] });
}

/** RFC 5235 §3.2.1: 1 is clearly not junk, 10 clearly is. */
function spamLevel(percent: number): number {
  return Math.min(10, 1 + Math.floor(percent / 10));
}

async function isDuplicate(run: Run, call: Call): Promise<boolean> {
  const identity = identityOf(run, call);
  if (identity === null) return false;
  const key = JSON.stringify([run.string(call.options['handle']) ?? '', ...identity]);
  const asked = run.number(call.options['seconds']) ?? DEFAULT_DUPLICATE_SECONDS;
  const isKnown = await run.environment.isDuplicate(key);
  // RFC 7352 §3.2: with :last each new message prolongs the period.
  const isMarked = !isKnown || call.options['last'] !== undefined;
  if (isMarked) run.duplicates.push({ key, seconds: Math.min(asked, MAX_DUPLICATE_SECONDS) });
  return isKnown;
}

/** What makes two messages the same: a header field's value, a string, or Message-ID; null where there is none. */
function identityOf(run: Run, call: Call): readonly [kind: string, value: string] | null {
  const uniqueId = run.string(call.options['uniqueid']);
  if (uniqueId !== null) return ['uniqueid', uniqueId];
  const [field] = run.message.header.named(run.string(call.options['header']) ?? 'Message-ID');
  return field === undefined ? null : ['header', decodedValue(field)];
}

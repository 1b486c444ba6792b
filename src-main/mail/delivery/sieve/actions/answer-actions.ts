/** Messages to somebody: `vacation` (RFC 5230, RFC 6131) and `notify` (RFC 5435, RFC 5436). What is sent is made by delivery. */
import type { Call } from '../checking/call.ts';
import { isNotifyMethod } from '../checking/words.ts';
import { DEFAULT_VACATION_DAYS, MAX_VACATION_DAYS } from '../limits.ts';
import type { Filing } from '../running/outcome.ts';
import { fail } from '../running/run.ts';
import type { Run } from '../running/run.ts';
import { filingOf, refuseWithReject } from './filing-actions.ts';
import type { ActionTable } from './action-runner.ts';

const DAY_SECONDS = 86_400;

export const ANSWER_ACTIONS: ActionTable = {
  vacation(run, call) {
    // RFC 5230 §4.7: once in a run.
    if (run.actions.some(({ kind }) => kind === 'vacation')) fail('"vacation" may be run once only');
    refuseWithReject(run, call);
    const reason = run.parameter(call, 0);
    const subject = run.string(call.options['subject']);
    const from = run.string(call.options['from']);
    const isMime = call.options['mime'] !== undefined;
    run.act({
      kind: 'vacation',
      reason,
      isMime,
      periodSeconds: vacationPeriod(run, call),
      subject,
      from,
      addresses: run.strings(call.options['addresses']),
      // RFC 5230 §4.2: without a handle the arguments tell answers apart.
      handle: run.string(call.options['handle']) ?? JSON.stringify([reason, subject, from, isMime]),
      fileCopy: fileCopy(run, call),
    });
  },

  notify(run, call) {
    const method = run.parameter(call, 0);
    if (!isNotifyMethod(method)) fail(`"${method}" is no way to notify`);
    run.act({
      kind: 'notify',
      method,
      from: run.string(call.options['from']),
      message: run.string(call.options['message']),
      importance: importanceOf(run.string(call.options['importance'])),
      options: run.strings(call.options['options']),
      fileCopy: fileCopy(run, call),
    });
  },
};

/** RFC 5230 §4.1: a day at least; RFC 6131 §2: with `:seconds` none at all is allowed. */
function vacationPeriod(run: Run, call: Call): number {
  const longest = MAX_VACATION_DAYS * DAY_SECONDS;
  const seconds = run.number(call.options['seconds']);
  if (seconds !== null) return Math.min(seconds, longest);
  const days = run.number(call.options['days']) ?? DEFAULT_VACATION_DAYS;
  return Math.min(Math.max(days, 1) * DAY_SECONDS, longest);
}

/** RFC 5435 §3.5: 2 is usual. */
function importanceOf(text: string | null): 1 | 2 | 3 {
  if (text === '1') return 1;
  return text === '3' ? 3 : 2;
}

/** RFC 8580 §3.1 */
function fileCopy(run: Run, call: Call): Filing | null {
  const mailbox = run.string(call.options['fcc']);
  if (mailbox === null) return null;
  const filing = filingOf(run, call, mailbox);
  return call.options['flags'] === undefined ? { ...filing, flags: [] } : filing;
}

/**
 * What becomes of the message: `keep`, `discard`, `redirect`, `fileinto` (RFC 5228 §4), `reject`, `ereject` (RFC 5429).
 */
import { parseAddress } from '../../../../format/address.ts';
import type { Call } from '../checking/call.ts';
import { isMailboxName } from '../checking/words.ts';
import type { Filing } from '../running/outcome.ts';
import { fail } from '../running/run.ts';
import type { Run } from '../running/run.ts';
import { filingFlags } from './flags.ts';
import type { ActionTable } from './action-runner.ts';

export const FILING_ACTIONS: ActionTable = {
  keep(run, call) {
    refuseWithReject(run, call);
    run.keep = { flags: filingFlags(run, call), content: run.message.content() };
  },

  discard(run) {
    run.isImplicitKeep = false;
  },

  redirect(run, call) {
    refuseWithReject(run, call);
    const address = run.parameter(call, 0).trim();
    if (!parseAddress(address, { allowUtf8: true }).ok) fail(`"${address}" is no address to redirect to`);
    if (call.options['copy'] === undefined) run.isImplicitKeep = false;
    // RFC 5228 §2.10.3: not twice to the same place.
    const isKnown = run.actions.some(
      (action) => action.kind === 'redirect' && isSame(action.address, address),
    );
    if (!isKnown) run.act({ kind: 'redirect', address, content: run.message.content() });
  },

  fileinto(run, call) {
    refuseWithReject(run, call);
    const filing = filingOf(run, call, run.parameter(call, 0));
    if (call.options['copy'] === undefined) run.isImplicitKeep = false;
    const earlier = run.actions.findIndex(
      (action) => action.kind === 'fileinto' && action.mailbox === filing.mailbox,
    );
    // RFC 5228 §2.10.3, RFC 5232 §5: one copy; what was said last of its flags counts.
    if (earlier >= 0) run.actions.splice(earlier, 1);
    run.act({ kind: 'fileinto', ...filing, content: run.message.content() });
  },

  reject,
  ereject: reject,
};

/** RFC 5429 §2.4: neither together with what accepts the message, nor twice. */
function reject(run: Run, call: Call): void {
  if (run.actions.some(({ kind }) => kind !== 'notify') || run.keep !== null) {
    fail(`"${call.name}" cannot stand together with another action on the message`);
  }
  run.isImplicitKeep = false;
  const kind = call.name === 'ereject' ? 'ereject' : 'reject';
  run.act({ kind, reason: run.parameter(call, 0) });
}

export function refuseWithReject(run: Run, call: Call): void {
  const refusal = run.actions.find(({ kind }) => kind === 'reject' || kind === 'ereject');
  if (refusal !== undefined) fail(`"${call.name}" cannot stand together with "${refusal.kind}"`);
}

/** Where and how a copy is filed, by the options of the command. */
export function filingOf(run: Run, call: Call, mailbox: string): Filing {
  const name = mailbox.normalize('NFC');
  if (!isMailboxName(name)) fail(`"${mailbox}" is no name of a mailbox`);
  return {
    mailbox: /^inbox$/i.test(name) ? 'INBOX' : name,
    flags: filingFlags(run, call),
    mayCreate: call.options['create'] !== undefined,
    specialUse: run.string(call.options['specialuse']),
  };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

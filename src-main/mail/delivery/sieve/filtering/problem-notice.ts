/**
 * The owner of a script that failed is told (RFC 5228 §2.10.6), once for each text of the script: who saves another text that fails
 * is told again. Of the office's scripts the administrator is told, whoever's message it was.
 */
import { createHash } from 'node:crypto';
import type { FilterMessage } from '../../port.ts';
import type { ScriptOwner } from '../port.ts';
import type { SieveFailure } from '../running/outcome.ts';
import { formatAutomaticMessage } from './automatic-message.ts';
import type { FilterContext } from './filter-context.ts';
import { describeProblem } from './problem-texts.ts';

export const PROBLEM_MARK = 'scriptProblem';
/** A script that is still wrong after so long is told of again. */
const TOLD_FOR_MS = 30 * 86_400_000;

export interface ScriptFailure extends SieveFailure {
  readonly name: string;
  readonly script: string;
  readonly owner: ScriptOwner;
}

/** null: the owner knows. */
export async function tellOfProblem(context: FilterContext, failure: ScriptFailure) {
  const { account, at } = context.request;
  const digest = createHash('sha256').update(failure.script).digest('base64url');
  const key = JSON.stringify([failure.name, digest]);
  const isOfOffice = failure.owner === 'office';
  if (await context.hasMark({ kind: PROBLEM_MARK, key, ...(isOfOffice && { isOfOffice }) })) return null;
  const postmaster = `postmaster@${account.domain}`;
  const to = isOfOffice ? postmaster : account.address;
  const { subject, lines } = describeProblem(context.language(), {
    ...{ script: failure.name, account: account.address, line: failure.line, text: failure.text },
  });
  const octets = formatAutomaticMessage({
    at,
    zoneMinutes: context.zoneMinutesAt(at),
    messageId: context.makeMessageId(),
    from: `Postroom <${postmaster}>`,
    to: [to],
    subject,
    autoSubmitted: 'auto-generated',
    body: { kind: 'text', text: lines.join('\r\n') },
  });
  const message: FilterMessage = {
    reversePath: '',
    recipients: [to],
    octets,
    smtpUtf8: false,
    kind: 'scriptProblem',
  };
  const mark = { kind: PROBLEM_MARK, key, expiresAt: at + TOLD_FOR_MS, ...(isOfOffice && { isOfOffice }) };
  return { message, mark };
}

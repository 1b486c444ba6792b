/**
 * Vacation: the answer that `vacation` asks for, where one may be given (RFC 5230 §4.5, §4.6, §5; RFC 3834).
 *
 * Flow: outcome of the scripts → here → FilterMessage and its mark. Invariants: one answer per sender and handle within the
 * period, by a mark that is kept in the commit of the delivery; the reverse-path is null, so nothing answers the answer.
 */
import { parseAddress } from '../../../../format/address.ts';
import type { FilterMessage } from '../../port.ts';
import { decodedValue } from '../running/edited-header.ts';
import type { VacationAction } from '../running/outcome.ts';
import { addressOf, formatAutomaticMessage } from './automatic-message.ts';
import type { FilterContext } from './filter-context.ts';
import { isAttended, isAutomatic, isJunk, namedRecipients } from './may-answer.ts';

export const VACATION_MARK = 'vacation';
/** RFC 5322 §2.1.1 bounds lines; more References than this help nobody. */
const MAX_REFERENCES = 20;

export interface Answer {
  readonly message: FilterMessage;
  readonly mark: { readonly kind: string; readonly key: string; readonly expiresAt: number } | null;
}

/** null: no answer may be given, or one was given lately. */
export async function answerVacation(context: FilterContext, action: VacationAction): Promise<Answer | null> {
  const { request, header } = context;
  const sender = request.entry.reversePath;
  if (!isAttended(sender) || isAutomatic(header) || isJunk(header, request.verdict)) return null;
  const own = new Set([request.account.address, request.recipient, ...action.addresses].map(keyOf));
  if (own.has(keyOf(sender)) || (await context.isOwnAddress(sender))) return null;
  if (!(await isNamed(context, own))) return null;
  const key = JSON.stringify([action.handle, keyOf(sender)]);
  const isAnswered = await context.hasMark({ kind: VACATION_MARK, key });
  if (isAnswered) return null;
  // RFC 6131 §2: zero seconds means every time.
  const expiresAt = request.at + action.periodSeconds * 1000;
  const mark = action.periodSeconds === 0 ? null : { kind: VACATION_MARK, key, expiresAt };
  return { message: composeAnswer(context, action), mark };
}

/** RFC 5230 §4.5: only where one of the account's addresses stands in the message. */
async function isNamed(context: FilterContext, own: ReadonlySet<string>): Promise<boolean> {
  for (const address of namedRecipients(context.header)) {
    if (own.has(address) || (await context.isOwnAddress(address))) return true;
  }
  return false;
}

function composeAnswer(context: FilterContext, action: VacationAction): FilterMessage {
  const { request, header } = context;
  const { account, entry, at } = request;
  const [subject] = header.named('Subject').map(decodedValue);
  const from =
    action.from ?? (account.name === '' ? account.address : `${account.name} <${account.address}>`);
  const octets = formatAutomaticMessage({
    at,
    zoneMinutes: context.zoneMinutesAt(at),
    messageId: context.makeMessageId(),
    from,
    to: [entry.reversePath],
    // RFC 5230 §5.3
    subject: action.subject ?? `Auto: ${subject ?? ''}`,
    autoSubmitted: 'auto-replied',
    fields: threadFields(context),
    body: { kind: action.isMime ? 'entity' : 'text', text: action.reason },
  });
  return {
    // RFC 5230 §5.1, RFC 3834 §3.3
    reversePath: '',
    recipients: [entry.reversePath],
    octets,
    smtpUtf8: needsSmtpUtf8([entry.reversePath, addressOf(from)]),
    kind: 'vacation',
  };
}

/** RFC 5230 §5.8, RFC 5322 §3.6.4. */
export function threadFields({ header }: Pick<FilterContext, 'header'>): readonly string[] {
  const idsIn = (name: string) => header.named(name)[0]?.value.match(/<[^<>\s]{1,250}>/g) ?? [];
  const [messageId] = idsIn('Message-ID');
  if (messageId === undefined) return [];
  const before = idsIn('References').length > 0 ? idsIn('References') : idsIn('In-Reply-To');
  const references = [...before.slice(-MAX_REFERENCES), messageId];
  return [`In-Reply-To: ${messageId}`, `References: ${references.join('\r\n ')}`];
}

/** Addresses beyond ASCII need it on the way. */
export function needsSmtpUtf8(addresses: readonly string[]): boolean {
  return addresses.some((address) => !parseAddress(address).ok);
}

function keyOf(mailbox: string): string {
  return addressOf(mailbox).toLowerCase();
}

/** Whether there is room for another message; said at MAIL, before anybody sends its content. */
import { smtpReply, type SmtpReply } from '../../protocol/smtp/server/reply.ts';

/** The refusal, or null. */
export function refuseWithoutRoom({ hasRoom }: { readonly hasRoom: () => boolean }): SmtpReply | null {
  // RFC 5321 §4.2.3, RFC 3463 §3.4
  return hasRoom()
    ? null
    : smtpReply(452, '4.3.1', 'The disk of this server is nearly full, try again later');
}

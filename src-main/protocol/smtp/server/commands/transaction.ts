/** The mail transaction: MAIL, RCPT, DATA, RSET (RFC 5321 §3.3, §4.1.1.2 to §4.1.1.5). */
import { malformedPath, parsePathArgument } from '../command-grammar.ts';
import { parseMailParameters } from '../mail-parameters.ts';
import { parseRcptParameters } from '../rcpt-parameters.ts';
import { ContentIntake } from '../content-intake.ts';
import { DataScanner } from '../data-scanner.ts';
import { isPositive, REPLIES, smtpReply } from '../reply.ts';
import type { SmtpReply } from '../reply.ts';
import type { OpenTransaction, Outcome, SmtpSession } from '../session.ts';

const NON_ASCII = /[^\x00-\x7f]/;

export async function handleMail(session: SmtpSession, argument: string): Promise<Outcome> {
  if (session.transaction !== undefined) return { reply: REPLIES.nestedMail };
  const parsed = parsePathArgument(argument, 'FROM');
  if (!parsed.ok) return { reply: parsed.error };
  const { policy, limits } = session.context;
  const parameters = parseMailParameters(parsed.value.parameters, {
    maxOctets: limits.messageOctets,
    isAuthOffered: policy.authentication !== undefined,
    isTlsActive: session.client.tls !== undefined,
  });
  if (!parameters.ok) return { reply: parameters.error };
  const mail = { ...parameters.value, reversePath: parsed.value.path };
  if (mail.reversePath.address?.domain === '') {
    return { reply: malformedPath('FROM', 'The address is malformed: there is no @') };
  }
  if (!mail.smtpUtf8 && NON_ASCII.test(mail.reversePath.text)) return { reply: needsSmtpUtf8() };
  const refusal = session.refuseMessage();
  if (refusal !== null) return { reply: refusal };
  const transaction = await policy.beginTransaction(session.client, mail);
  if (!transaction.ok) return { reply: transaction.error };
  session.transaction = { mail, policy: transaction.value, attempted: 0, accepted: 0 };
  return { reply: smtpReply(250, '2.1.0', 'Sender ok') };
}

export async function handleRcpt(session: SmtpSession, argument: string): Promise<Outcome> {
  const { transaction } = session;
  if (transaction === undefined) return { reply: REPLIES.mailFirst };
  if (transaction.chunks !== undefined) return { reply: REPLIES.chunksHaveBegun };
  transaction.attempted++;
  const parsed = parsePathArgument(argument, 'TO');
  if (!parsed.ok) return { reply: parsed.error };
  const { path, parameters } = parsed.value;
  const dsn = parseRcptParameters(parameters, transaction.mail);
  if (!dsn.ok) return { reply: dsn.error };
  if (path.address === null) return { reply: malformedPath('TO', 'The recipient is missing') };
  if (!transaction.mail.smtpUtf8 && NON_ASCII.test(path.text)) return { reply: needsSmtpUtf8() };
  if (transaction.accepted >= session.context.limits.recipients) return { reply: REPLIES.tooManyRecipients };
  const refusal = session.refuseRecipient();
  if (refusal !== null) return { reply: refusal };
  const recipient = { address: path.address, text: path.text };
  const reply = await transaction.policy.addRecipient(
    parameters.size === 0 ? recipient : { ...recipient, dsn: dsn.value },
  );
  if (isPositive(reply)) transaction.accepted++;
  return { reply };
}

/** RFC 6531 §3.5 */
function needsSmtpUtf8() {
  return smtpReply(553, '5.6.7', 'An address beyond ASCII needs the SMTPUTF8 parameter of MAIL');
}

export async function handleData(session: SmtpSession): Promise<Outcome> {
  const { transaction } = session;
  const refusal = refuseContent(transaction);
  if (transaction === undefined || refusal !== null) return { reply: refusal };
  // RFC 3030 §2: DATA and BDAT do not mix.
  if (transaction.chunks !== undefined) return { reply: REPLIES.chunksHaveBegun };
  const sink = await transaction.policy.receive();
  if (sink.ok) {
    const intake = new ContentIntake(sink.value, { ...session.intakeOptions, framing: new DataScanner() });
    return { reply: REPLIES.startContent, next: { intake, isLast: true } };
  }
  session.transaction = undefined;
  return { reply: sink.error };
}

/** Why no content may come now. */
export function refuseContent(transaction: OpenTransaction | undefined): SmtpReply | null {
  if (transaction === undefined) return REPLIES.mailFirst;
  if (transaction.accepted > 0) return null;
  return transaction.attempted === 0 ? REPLIES.recipientFirst : REPLIES.noValidRecipients;
}

export async function handleRset(session: SmtpSession): Promise<Outcome> {
  await session.abandon();
  return { reply: REPLIES.ok };
}

/**
 * Submission: takes mail from our users' programs and makes it fit to travel.
 *
 * Actor: MSA (RFC 6409), ports 587 (STARTTLS) and 465 (implicit TLS, RFC 8314). Flow: MUA → here → queue.
 * Invariants: nobody submits without signing in, except devices that a relay rule lets in, nor in a name that is not theirs; what leaves here has Date, From and
 * Message-ID, no Bcc, and a well-formed header section; an unknown recipient is told while the client is still there.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import type { SignInDesk } from '../../directory/sign-in/port.ts';
import { formatAddress } from '../../format/address.ts';
import type { MailService } from '../../protocol/connection/mail-service.ts';
import type {
  MailCommand,
  SmtpClient,
  SmtpIdentity,
  SmtpPolicy,
  SmtpTransaction,
} from '../../protocol/smtp/server/policy.ts';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import { createSmtpService } from '../../protocol/smtp/server/smtp-service.ts';
import { reportRefusal } from '../acceptance/acceptance.ts';
import type { AcceptanceOptions } from '../acceptance/acceptance.ts';
import { AcceptingTransaction } from '../acceptance/accepting-transaction.ts';
import type { AcceptanceRules } from '../acceptance/accepting-transaction.ts';
import { completeDeviceHeader } from '../acceptance/complete-header.ts';
import { refuseWithoutRoom } from '../acceptance/room.ts';
import { isForDevices } from '../acceptance/rule-replies.ts';
import { refuseBySize } from '../acceptance/size.ts';
import { repairHeader } from './repair-header.ts';

export interface SubmissionOptions extends AcceptanceOptions {
  /** Whether passwords may cross the wire without TLS. */
  readonly allowCleartextAuth: () => boolean;
  readonly signIns: SignInDesk;
}

/** One user's mistakes must not end a session in which they correct them. */
const ERRORS_OF_A_USER = 100;

export function createSubmissionService(options: SubmissionOptions): MailService {
  const { directory, allowCleartextAuth } = options;
  const policy: SmtpPolicy = {
    authentication: {
      identify: (name) => identify(directory, name),
      backendFor: (client) => options.signIns.at('submission', client),
      allowCleartext: allowCleartextAuth,
    },
    beginTransaction: (client, mail) => beginTransaction(options, client, mail),
  };
  const limits = { errors: ERRORS_OF_A_USER, ...options.limits };
  const { onRevoke } = options.signIns;
  return createSmtpService({ ...options, limits, protocol: 'submission', policy, onRevoke });
}

/** An account by its own address; an alias of it would not say whose mail it is. */
async function identify(
  directory: AcceptanceOptions['directory'],
  name: string,
): Promise<SmtpIdentity | null> {
  const resolved = await directory.resolve(name);
  const account = resolved.kind === 'local' ? resolved.accounts[0] : undefined;
  return account?.address.toLowerCase() === name.toLowerCase() ? account : null;
}

async function beginTransaction(
  options: SubmissionOptions,
  client: SmtpClient,
  mail: MailCommand,
): Promise<Result<SmtpTransaction, SmtpReply>> {
  const refusal =
    (await checkSender(options, client, mail)) ??
    refuseWithoutRoom(options) ??
    (await refuseBySize(options, client, mail));
  if (refusal !== null) {
    return err(reportRefusal(options, { origin: 'submission', client, mail, recipient: '' }, refusal));
  }
  return ok(new AcceptingTransaction(options, submissionRules(options), { client, mail }));
}

async function checkSender(
  options: SubmissionOptions,
  client: SmtpClient,
  mail: MailCommand,
): Promise<SmtpReply | null> {
  const { identity } = client;
  if (identity === undefined) {
    return options.ruleBook.isTrusted(client.remoteAddress) ? null : signInFirst(options, client);
  }
  const { address } = mail.reversePath;
  // RFC 8098 §2: disposition notifications leave with the null reverse-path.
  if (address === null) return null;
  const isOwn = await options.directory.mayUseAddress(identity.id, formatAddress(address));
  if (isOwn) return null;
  const text = `You are signed in as ${identity.address} and may not send as ${mail.reversePath.text}`;
  return smtpReply(553, '5.7.1', text);
}

function signInFirst({ allowCleartextAuth }: SubmissionOptions, { tls }: SmtpClient): SmtpReply {
  const mustEncrypt = tls === undefined && !allowCleartextAuth();
  // RFC 4954 §6, RFC 3207 §4
  return smtpReply(530, '5.7.0', mustEncrypt ? 'Send STARTTLS first, then sign in' : 'Sign in first');
}

function submissionRules(options: SubmissionOptions): AcceptanceRules {
  return {
    origin: 'submission',
    // RFC 6409 §4.3: what anyone may do on port 25 is not enough here; a rule must be about this device.
    refuseAllowed: (client, decision) =>
      client.identity !== undefined || isForDevices(decision) ? null : signInFirst(options, client),
    prepareHeader: (header, envelope, traceId) =>
      envelope.client.identity === undefined
        ? Promise.resolve(ok(completeDeviceHeader(options, header, { ...envelope, traceId })))
        : repairHeader(options, header, { ...envelope, traceId }),
  };
}

/** The parameters of RCPT: NOTIFY and ORCPT (RFC 3461 §4.1, §4.2). */
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import { parseNotify, parseOriginalRecipient } from '../../../format/dsn-request.ts';
import type { RecipientDsn } from '../../../format/dsn-request.ts';
import type { EsmtpParameters } from './command-grammar.ts';
import { malformedValue, unknownParameter } from './mail-parameters.ts';
import type { SmtpReply } from './reply.ts';

const NON_ASCII = /[^\x00-\x7f]/;

/** What is asked for the recipient; empty where nothing is. */
export function parseRcptParameters(
  parameters: EsmtpParameters,
  options: { smtpUtf8: boolean },
): Result<RecipientDsn, SmtpReply> {
  let dsn: RecipientDsn = {};
  for (const [keyword, value] of parameters) {
    switch (keyword) {
      case 'NOTIFY': {
        const notify = value === null ? null : parseNotify(value);
        if (notify === null) {
          return err(malformedValue('NOTIFY', 'NEVER alone, or a list of SUCCESS, FAILURE and DELAY'));
        }
        dsn = { ...dsn, notify };
        break;
      }
      case 'ORCPT': {
        // RFC 6533 §3: UTF-8 as it is needs SMTPUTF8; without it there is an encoding.
        const isReadable = value !== null && (options.smtpUtf8 || !NON_ASCII.test(value));
        const originalRecipient = isReadable ? parseOriginalRecipient(value) : null;
        if (originalRecipient === null) {
          return err(malformedValue('ORCPT', 'an address type, a semicolon and an encoded address'));
        }
        dsn = { ...dsn, originalRecipient };
        break;
      }
      default:
        return err(unknownParameter(keyword));
    }
  }
  return ok(dsn);
}

/** The parameters of MAIL: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), AUTH (RFC 4954 §5), RET, ENVID (RFC 3461). */
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import { parseEnvelopeId } from '../../../format/dsn-request.ts';
import { messageTooLarge } from './content-intake.ts';
import type { EsmtpParameters } from './command-grammar.ts';
import type { MailCommand } from './policy.ts';
import { smtpReply } from './reply.ts';
import type { SmtpReply } from './reply.ts';

type MailParameters = Omit<MailCommand, 'reversePath'>;

export function parseMailParameters(
  parameters: EsmtpParameters,
  options: { maxOctets: number; isAuthOffered: boolean },
): Result<MailParameters, SmtpReply> {
  const mail: { -readonly [Key in keyof MailParameters]: MailParameters[Key] } = {
    declaredOctets: undefined,
    body: '7BIT',
    smtpUtf8: false,
  };
  for (const [keyword, value] of parameters) {
    switch (keyword) {
      case 'SIZE': {
        // RFC 1870 §3: 1*20DIGIT
        if (value === null || !/^\d{1,20}$/.test(value))
          return err(malformedValue('SIZE', 'a number of octets'));
        if (Number(value) > options.maxOctets) return err(messageTooLarge(options.maxOctets));
        mail.declaredOctets = Number(value);
        break;
      }
      case 'BODY': {
        const body = value?.toUpperCase();
        if (body !== '7BIT' && body !== '8BITMIME') return err(malformedValue('BODY', '7BIT or 8BITMIME'));
        mail.body = body;
        break;
      }
      case 'SMTPUTF8':
        if (value !== null) return err(smtpReply(501, '5.5.4', 'SMTPUTF8 takes no value'));
        mail.smtpUtf8 = true;
        break;
      case 'AUTH':
        // RFC 4954 §5: whom the client says the message is from; we trust the session's own sign-in only.
        if (!options.isAuthOffered) return err(unknownParameter(keyword));
        if (value === null) return err(malformedValue('AUTH', 'an address or <>'));
        break;
      case 'RET': {
        const returns = RETURNS.get(value?.toUpperCase() ?? '');
        if (returns === undefined) return err(malformedValue('RET', 'FULL or HDRS'));
        mail.dsn = { ...mail.dsn, returns };
        break;
      }
      case 'ENVID': {
        const envelopeId = value === null ? null : parseEnvelopeId(value);
        if (envelopeId === null) return err(malformedValue('ENVID', 'xtext of at most 100 characters'));
        mail.dsn = { ...mail.dsn, envelopeId };
        break;
      }
      default:
        return err(unknownParameter(keyword));
    }
  }
  return ok(mail);
}

/** RFC 3461 §4.3 */
const RETURNS = new Map<string, 'full' | 'headers'>([
  ['FULL', 'full'],
  ['HDRS', 'headers'],
]);

export function malformedValue(keyword: string, expected: string): SmtpReply {
  return smtpReply(501, '5.5.4', `${keyword} needs ${expected}`);
}

/** RFC 5321 §4.1.1.11 */
export function unknownParameter(keyword: string): SmtpReply {
  return smtpReply(555, '5.5.4', `The parameter ${keyword} is not known here`);
}

/** Response codes of IMAP: the names that are registered, as far as a server of ours may say them (RFC 9051 §7.1, RFC 5530 §3). */
export const RESPONSE_CODE_NAMES = [
  'ALERT',
  'ALREADYEXISTS',
  // RFC 4315 §3
  'APPENDUID',
  'AUTHENTICATIONFAILED',
  'AUTHORIZATIONFAILED',
  'BADCHARSET',
  // RFC 5465 §3.1
  'BADEVENT',
  // RFC 4469 §4.1
  'BADURL',
  'CANNOT',
  'CAPABILITY',
  'CLIENTBUG',
  'CLOSED',
  // RFC 4978 §3
  'COMPRESSIONACTIVE',
  'CONTACTADMIN',
  // RFC 4315 §3
  'COPYUID',
  'CORRUPTION',
  'EXPIRED',
  'EXPUNGEISSUED',
  'HASCHILDREN',
  // RFC 7162 §3.1.2.1
  'HIGHESTMODSEQ',
  // RFC 9585 §4
  'INPROGRESS',
  'INUSE',
  'LIMIT',
  // RFC 8474 §4.2
  'MAILBOXID',
  // RFC 5464 §4.2.1, §4.3
  'METADATA',
  // RFC 7162 §3.1.3
  'MODIFIED',
  'NONEXISTENT',
  'NOPERM',
  // RFC 5465 §5.8
  'NOTIFICATIONOVERFLOW',
  // RFC 9208 §4.3.1
  'OVERQUOTA',
  'PARSE',
  'PERMANENTFLAGS',
  'PRIVACYREQUIRED',
  'READ-ONLY',
  'READ-WRITE',
  'SERVERBUG',
  // RFC 4469 §4.2
  'TOOBIG',
  'TRYCREATE',
  'UIDNEXT',
  // RFC 9586 §3
  'UIDREQUIRED',
  'UIDVALIDITY',
  'UNAVAILABLE',
  // RFC 3516 §4.3
  'UNKNOWN-CTE',
  // RFC 3501 §7.1
  'UNSEEN',
  // RFC 6154 §3
  'USEATTR',
] as const;

type ResponseCodeName = (typeof RESPONSE_CODE_NAMES)[number];

/** A code as it stands between brackets: its name, and arguments where it has some. */
export type ResponseCode = ResponseCodeName | `${ResponseCodeName} ${string}`;

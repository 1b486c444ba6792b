/** The address of an IMAP server on the command line (RFC 5092 §3): `imaps://user@host:993`, `imap://user@host` with STARTTLS. */
import { err, ok, type Result } from '../base/result.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
  readonly user: string;
}

const URL_FORM = /^(imaps?):\/\/(.+)@([^@/:]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?\/?$/iu;
const DEFAULT_PORTS = { imap: 143, imaps: 993 } as const;

export function isServerUrl(text: string): boolean {
  return /^imaps?:\/\//iu.test(text);
}

/** The user is what stands before the last `@`, so that an address needs no escapes. */
export function parseServerUrl(text: string): Result<ServerAddress, string> {
  const [, scheme, user, host, port] = URL_FORM.exec(text) ?? [];
  if (scheme === undefined || user === undefined || host === undefined)
    return err(`${text}: not of the form imaps://user@host`);
  if (user.includes(':')) return err('a password does not belong into the address: use --password-file');
  const isImplicit = scheme.toLowerCase() === 'imaps';
  const number = port === undefined ? DEFAULT_PORTS[isImplicit ? 'imaps' : 'imap'] : Number(port);
  if (number < 1 || number > 65_535) return err(`${text}: ${port} is no port`);
  return ok({
    host: host.replaceAll(/[[\]]/gu, ''),
    port: number,
    tls: isImplicit ? 'implicit' : 'starttls',
    user: decodeURIComponent(user.replaceAll(/%(?![0-9a-f]{2})/giu, '%25')),
  });
}

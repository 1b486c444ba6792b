/** What a server says in reply to EHLO (RFC 5321 §4.1.1.1): the extensions that the client knows how to use. */
import type { ServerReply } from './reply.ts';

export interface Extensions {
  /** RFC 2920 */
  readonly pipelining: boolean;
  /** RFC 6152 */
  readonly eightBitMime: boolean;
  /** RFC 6531 */
  readonly smtpUtf8: boolean;
  /** RFC 3207 */
  readonly startTls: boolean;
  /** RFC 3461 */
  readonly dsn: boolean;
  /** RFC 3030 */
  readonly chunking: boolean;
  /** RFC 8689 */
  readonly requireTls: boolean;
  /** RFC 9422 §4: RCPTMAX, MAILMAX, RCPTDOMAINMAX; null: not said. */
  readonly limits: ServerLimits;
  /** RFC 1870: whether the size may be declared, and the largest that is taken, in octets; null: not said. */
  readonly size: { readonly maxOctets: number | null } | null;
  /** RFC 4954: SASL mechanisms, upper case. */
  readonly auth: ReadonlySet<string>;
}

export interface ServerLimits {
  /** Recipients of one transaction. */
  readonly rcptMax: number | null;
  /** Transactions of one session. */
  readonly mailMax: number | null;
  /** Domains of the recipients of one transaction. */
  readonly rcptDomainMax: number | null;
}

export const NO_EXTENSIONS: Extensions = readExtensions([]);

/** The first line of the reply is the server's name and greeting. */
export function extensionsOf(reply: ServerReply): Extensions {
  return readExtensions(reply.lines.slice(1));
}

function readExtensions(lines: readonly string[]): Extensions {
  const offered = new Map<string, string[]>();
  for (const line of lines) {
    // `AUTH=LOGIN` is how servers of the last century spelled it.
    const [keyword = '', ...parameters] = line
      .trim()
      .toUpperCase()
      .replace(/^AUTH=/u, 'AUTH ')
      .split(/\s+/u);
    offered.set(keyword, [...(offered.get(keyword) ?? []), ...parameters]);
  }
  const size = offered.get('SIZE');
  return {
    pipelining: offered.has('PIPELINING'),
    eightBitMime: offered.has('8BITMIME'),
    smtpUtf8: offered.has('SMTPUTF8'),
    startTls: offered.has('STARTTLS'),
    dsn: offered.has('DSN'),
    chunking: offered.has('CHUNKING'),
    requireTls: offered.has('REQUIRETLS'),
    limits: readLimits(offered.get('LIMITS') ?? []),
    size: size === undefined ? null : { maxOctets: readMaxOctets(size[0]) },
    auth: new Set(offered.get('AUTH')),
  };
}

/** RFC 9422 §3: names and values that are not understood are passed over; a limit of zero would be none. */
function readLimits(parameters: readonly string[]): ServerLimits {
  const find = (name: string): number | null => {
    const value = parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
    return value !== undefined && /^[1-9]\d{0,5}$/u.test(value) ? Number(value) : null;
  };
  return { rcptMax: find('RCPTMAX'), mailMax: find('MAILMAX'), rcptDomainMax: find('RCPTDOMAINMAX') };
}

/** RFC 1870 §4: no number, or zero, says nothing. */
function readMaxOctets(parameter: string | undefined): number | null {
  const octets = parameter !== undefined && /^\d{1,15}$/u.test(parameter) ? Number(parameter) : 0;
  return octets > 0 ? octets : null;
}

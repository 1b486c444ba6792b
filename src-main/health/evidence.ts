/**
 * Evidence: what was asked, of whom, and the answer as it came: every tool of one check, watched.
 *
 * Invariants: bounded in number and length; the answer that a check gets is the one that is noted.
 */
import type { Clock } from '../base/clock.ts';
import type { RecordAnswer, RecordResolver } from '../protocol/dns/record-resolver.ts';
import { MAX_ANSWER_CHARACTERS, MOST_EVIDENCE } from './limits.ts';
import type { Evidence } from './port.ts';
import type { GreetingLook, HealthTools, OutsideLook, SmtpLook, WebLook } from './tools.ts';

export class EvidenceBook {
  readonly notes: Evidence[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks, and notes what came. */
  async watch<T>(question: string, ask: () => Promise<T>, tell: (answer: T) => Told): Promise<T> {
    const startedAt = this.#clock.now();
    const answer = await ask();
    const { text, source = '' } = tell(answer);
    if (this.notes.length < MOST_EVIDENCE) {
      const durationMs = this.#clock.now() - startedAt;
      this.notes.push({ question, answer: shorten(text), source, durationMs });
    }
    return answer;
  }
}

interface Told {
  readonly text: string;
  readonly source?: string;
}

function shorten(text: string): string {
  return text.length <= MAX_ANSWER_CHARACTERS ? text : `${text.slice(0, MAX_ANSWER_CHARACTERS)}…`;
}

/** The tools, with all that they answer noted in the book. */
export function watchTools(tools: HealthTools, book: EvidenceBook): HealthTools {
  return {
    ...tools,
    dns: watchDns(tools.dns, book),
    smtp: (target) =>
      book.watch(
        `SMTP ${placeOf(target)}`,
        () => tools.smtp(target),
        (look) => ({ text: tellSmtp(look) }),
      ),
    greet: (target) =>
      book.watch(
        `connect ${placeOf(target)}`,
        () => tools.greet(target),
        (look) => ({ text: tellGreeting(look) }),
      ),
    web: (request) =>
      book.watch(
        `${request.method} ${request.url}`,
        () => tools.web(request),
        (look) => ({ text: tellWeb(look) }),
      ),
    trySmartHost: () =>
      book.watch('sign in to the smart host', tools.trySmartHost, ({ problem }) => ({
        text: problem ?? 'signed in',
      })),
    tryRelaying: () =>
      book.watch('open relay tricks', tools.tryRelaying, (trial) => ({
        text:
          trial === null
            ? '—'
            : `${trial.refused} refused, ${trial.accepted.length} accepted, ${trial.unknown} unknown`,
      })),
    clockAhead: () =>
      book.watch('what time is it', tools.clockAhead, (ahead) => ({
        text: ahead === null ? '—' : `${ahead.aheadMs} ms`,
        source: ahead?.source ?? '',
      })),
    outside: watchOutside(tools.outside, book),
  };
}

function watchOutside(outside: HealthTools['outside'], book: EvidenceBook): HealthTools['outside'] {
  if (outside === null) return null;
  return (port, family) =>
    book.watch(
      `port ${port} over IPv${family}, from outside`,
      () => outside(port, family),
      (look) => ({ text: tellOutside(look) }),
    );
}

function watchDns(dns: RecordResolver, book: EvidenceBook): RecordResolver {
  return {
    ask: (name, type) =>
      book.watch(
        `${type} ${name}`,
        () => dns.ask(name, type),
        (answer) => ({ text: tellRecords(answer), source: answer.server }),
      ),
    askAt: (server, name, type) =>
      book.watch(
        `${type} ${name}`,
        () => dns.askAt(server, name, type),
        (answer) => ({
          text: tellRecords(answer),
          source: `${server.address}:${server.port}`,
        }),
      ),
  };
}

function placeOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function tellRecords(answer: RecordAnswer<unknown>): string {
  switch (answer.kind) {
    case 'noSuchName':
      return 'NXDOMAIN';
    case 'noData':
      return 'NODATA';
    case 'temporaryFailure':
      return answer.reason;
    case 'found': {
      const proof = answer.isProved ? ', DNSSEC' : '';
      return `${answer.records.map(tellRecord).join(' | ')} (TTL ${answer.ttlSeconds}${proof})`;
    }
  }
}

function tellRecord(record: unknown): string {
  if (typeof record !== 'object' || record === null) return String(record);
  if ('strings' in record) return (record.strings as readonly string[]).map((text) => `"${text}"`).join(' ');
  return Object.values(record).map(String).join(' ');
}

function tellSmtp(look: SmtpLook): string {
  if (look.kind === 'unreachable') return look.reason;
  if (look.kind === 'otherProtocol') return look.greeting;
  const { greeting, name, offersTls, tls, tlsProblem } = look;
  const proof = tls === null ? (tlsProblem ?? 'no TLS') : (tls.flaw?.reason ?? 'TLS, proved');
  return [greeting, `EHLO: ${name}`, offersTls ? proof : 'no STARTTLS'].join('; ');
}

function tellGreeting(look: GreetingLook): string {
  if (look.kind === 'failed') return look.reason;
  return [look.greeting, look.tls?.certificate?.names.join(', ') ?? '']
    .filter((part) => part !== '')
    .join('; ');
}

function tellWeb(look: WebLook): string {
  return look.kind === 'failed' ? look.reason : `${look.status} ${look.type}; ${look.location ?? look.body}`;
}

function tellOutside(look: OutsideLook): string {
  return look.kind === 'failed' ? look.reason : `${look.address}: ${tellSmtp(look.look)}`;
}

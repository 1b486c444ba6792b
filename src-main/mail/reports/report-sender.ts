/**
 * ReportSender: once a day, a report to each domain that asks for one.
 *
 * RFC 7489 §7.2, RFC 8460 §3, §5. Flow: counts of the days before → message → queue (which signs it on its way out).
 * Invariants: one report a day, kind and domain; what is switched off, or wanted by nobody, is forgotten unsent; reports are sent
 * only while we sign, since they have to be proved to be ours.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import type { MakeId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { DnsResolver } from '../../protocol/dns/resolver.ts';
import type { MessageReceiver } from '../content/message-receiver.ts';
import type { MessageQueue } from '../queue/port.ts';
import { composeReport, packReport } from './compose-report.ts';
import { findDmarcDestinations, findTlsDestinations, type Destination } from './destinations.ts';
import { formatDmarcReport, type ReportHead } from './format-dmarc-report.ts';
import { formatTlsReport } from './format-tls-report.ts';
import { MAX_SENT_ROWS } from './limits.ts';
import type { ReportCount, ReportKey, ReportStore } from './port.ts';
import { DAY_MS, type CountedDmarc, type CountedPolicy, type CountedTls } from './report-counts.ts';
import type { TlsOutcomePolicy } from './tls-outcome.ts';

/** After midnight UTC others send theirs too: a while later servers have time. */
const AFTER_MIDNIGHT_MS = 2 * 60 * 60_000;
/** Reports of others are kept so long: a year shows what changed. */
const KEEP_DAYS = 400;
/** At a start, once mail is moving; days that were missed are made good then. */
const AFTER_START_MS = 5 * 60_000;

export interface ReportSenderOptions {
  readonly store: ReportStore;
  readonly queue: Pick<MessageQueue, 'enqueue'>;
  readonly receiver: MessageReceiver;
  readonly resolver: DnsResolver;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly logger: Logger;
  readonly hostname: () => string;
  /** A domain of ours whose mail is signed; null: none is. */
  readonly signingDomain: () => string | null;
  readonly isWanted: (kind: ReportCount['kind']) => boolean;
}

export class ReportSender {
  readonly #options: ReportSenderOptions;
  #cancel: Cancel = () => undefined;
  #isStopped = false;

  constructor(options: ReportSenderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#runAfter(AFTER_START_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** Reports what the days before today have left. */
  async sendAll(): Promise<void> {
    const { clock, store, logger } = this.#options;
    const now = clock.now();
    await store.prune(now - KEEP_DAYS * DAY_MS);
    for (const key of await store.pending(now - (now % DAY_MS))) {
      if (this.#isStopped) return;
      try {
        await this.#send(key);
      } catch (error) {
        logger.error('A report could not be sent', { ...key, error });
      }
      // A report that cannot be made today cannot be made tomorrow.
      await store.forget(key);
    }
  }

  #runAfter(delayMs: number): void {
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.sendAll()
        .catch((error: unknown) => this.#options.logger.error('Reports could not be sent', { error }))
        .finally(() => {
          if (this.#isStopped) return;
          const now = this.#options.clock.now();
          this.#runAfter(DAY_MS - (now % DAY_MS) + AFTER_MIDNIGHT_MS);
        });
    });
  }

  async #send(key: ReportKey): Promise<void> {
    const { store, isWanted, signingDomain, resolver } = this.#options;
    const from = signingDomain();
    if (!isWanted(key.kind) || from === null) return;
    const counts = await store.counts(key, MAX_SENT_ROWS);
    if (key.kind === 'tls') {
      const sessions = counts.map(({ policy, result, count }) => ({
        policy: readTlsPolicy(policy),
        result: JSON.parse(result) as CountedTls,
        count,
      }));
      const to = await findTlsDestinations(key.domain, resolver);
      return this.#mail(key, { from, to, format: (head) => formatTlsReport(head, sessions) });
    }
    // A policy that changed during the day makes two reports.
    for (const [text, group] of Map.groupBy(counts, ({ policy }) => policy)) {
      const policy = JSON.parse(text) as CountedPolicy;
      const rows = group.map(({ result, count }) => ({ result: JSON.parse(result) as CountedDmarc, count }));
      const to = await findDmarcDestinations(key.domain, policy.reportUris, resolver);
      await this.#mail(key, { from, to, format: (head) => formatDmarcReport(head, policy, rows) });
    }
  }

  async #mail(
    { kind, day, domain }: ReportKey,
    report: { from: string; to: readonly Destination[]; format: (head: ReportHead) => string },
  ): Promise<void> {
    const { clock, hostname, makeId, logger } = this.#options;
    if (report.to.length === 0) return;
    const reportId = makeId();
    const contact = `postmaster@${report.from}`;
    const times = { begin: day, end: day + DAY_MS - 1000 };
    const head: ReportHead = { reportId, submitter: hostname(), contact, domain, ...times };
    const text = report.format(head);
    const packed = await packReport(text);
    // RFC 7489 §6.4: the size after packing counts.
    const fitting = report.to.filter(({ maxOctets }) => maxOctets === null || packed.length <= maxOctets);
    const to = fitting.map(({ address }) => address);
    if (to.length === 0) return;
    await this.#enqueue(composeReport({ head, kind, text, to, now: clock.now() }, packed), to);
    logger.info('report sent', { kind, domain, reportId, to });
  }

  /** With the null reverse-path: nobody reads what comes back. */
  async #enqueue(octets: Uint8Array, recipients: readonly string[]): Promise<void> {
    const { receiver, queue, clock, makeId } = this.#options;
    const writer = receiver.begin();
    await writer.write(octets);
    const content = await writer.finish();
    const traceId = makeId();
    const at = clock.now();
    const { sizeBytes } = content;
    await queue.enqueue({
      id: traceId,
      content,
      reversePath: '',
      receivedAt: at,
      origin: 'submission',
      smtpUtf8: false,
      recipients,
      events: [
        { type: 'received', traceId, at, via: 'submission', reversePath: '', recipients, sizeBytes },
        { type: 'queued', traceId, at, recipients },
      ],
    });
  }
}

/** What was counted before policies were looked at knows of none. */
function readTlsPolicy(text: string): TlsOutcomePolicy {
  if (text === '') return { type: 'no-policy-found', lines: [], mxHosts: [] };
  return JSON.parse(text) as TlsOutcomePolicy;
}

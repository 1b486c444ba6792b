/** A relay courier over servers that play scripts: what it says to them, and what it reports. */
import { MemoryTranscripts } from './memory-transcripts.ts';
import { ScriptedServer } from './scripted-server.ts';
import { indexMessage } from '../../src-main/format/message-indexer.ts';
import { ManualClock } from '../../src-main/base/clock.ts';
import type { ContentReader } from '../../src-main/mail/content/port.ts';
import type {
  AttemptReporting,
  CourierReport,
  QueueEntry,
  RecordReport,
} from '../../src-main/mail/queue/port.ts';
import type { TlsOutcome } from '../../src-main/mail/reports/tls-outcome.ts';
import type { NextHop, RelayRoute, RoutedRecipient } from '../../src-main/mail/routing/port.ts';
import type { NextHopDesk } from '../../src-main/mail/relay/port.ts';
import { createRelayCourier } from '../../src-main/mail/relay/create-relay-courier.ts';

export const HELLO = 'S: 220 mx.example\nC: EHLO mail.server1.com\nS: 250 mx.example\n';
export const MAIL = 'C: MAIL FROM:<tom@server1.com>\nS: 250 Ok\n';
export const CONTENT = 'C: DATA\nS: 354 Go on\nCONTENT\nS: 250 2.0.0 Taken\n';
export const rcpt = (reply = '250 Ok') => `C: RCPT TO:*\nS: ${reply}\n`;

const RELAYED_CONTENT = 'Subject: hi\r\n\r\nhello\r\n';

export const content: ContentReader = {
  readIndex: () => Promise.resolve(indexMessage(Buffer.from(RELAYED_CONTENT))),
  readRange: (_id, start, end) => Promise.resolve(Buffer.from(RELAYED_CONTENT).subarray(start, end)),
};

export const toHosts = (...hosts: string[]): NextHop => ({
  kind: 'hosts',
  hosts: hosts.map((host) => ({ host, port: 25 })),
  tls: 'none',
  mustVerify: false,
});

const SCHEDULE = {
  firstRetryMs: 60_000,
  longestRetryMs: 3_600_000,
  delayWarningMs: 14_400_000,
  lifetimeMs: 86_400_000,
};

export interface Run {
  /** What was told of the progress of all attempts, in order. */
  readonly heard: string[];
  /** What was told of TLS, in order. */
  readonly tlsOutcomes: readonly TlsOutcome[];
  readonly server: ScriptedServer;
  readonly transcripts: MemoryTranscripts;
  readonly reports: CourierReport[];
  /** Relays one message to the addresses, each with its next hop. */
  relay(...to: readonly (readonly [address: string, nextHop: NextHop])[]): Promise<void>;
  /** `address kind status diagnostic` in the order of the reports. */
  readonly outcomes: string[];
  record: RecordReport;
  readonly clock: ManualClock;
  readonly nextHops: NextHopDesk;
}

export function setUpRelay(...scripts: string[]): Run {
  return setUpRelayOf({}, ...scripts);
}

/** With an entry that has these facts too. */
export function setUpRelayOf(facts: Partial<QueueEntry>, ...scripts: string[]): Run {
  const server = new ScriptedServer(...scripts);
  const transcripts = new MemoryTranscripts();
  const clock = new ManualClock(1000);
  const heard: string[] = [];
  const tlsOutcomes: TlsOutcome[] = [];
  const courier = createRelayCourier({
    connect: server.connect,
    transcripts,
    clock,
    content,
    resolver: {
      mx: (domain) =>
        Promise.resolve(
          domain === 'with-mx.example'
            ? { kind: 'found', records: [{ preference: 10, exchange: 'mx.with-mx.example' }] }
            : { kind: 'temporaryFailure', reason: 'no answer' },
        ),
      a: (name) =>
        Promise.resolve(
          name === 'mx.with-mx.example' ? { kind: 'found', records: ['192.0.2.25'] } : { kind: 'noSuchName' },
        ),
      aaaa: () => Promise.resolve({ kind: 'noSuchName' }),
      txt: () => Promise.resolve({ kind: 'noSuchName' }),
      ptr: () => Promise.resolve({ kind: 'noSuchName' }),
    },
    randomBytes: (length) => new Uint8Array(length),
    hostname: () => 'mail.server1.com',
    isOwnListener: () => false,
    mxPort: 25,
    schedule: () => SCHEDULE,
    onTlsOutcome: (outcome) => tlsOutcomes.push(outcome),
  });
  const reports: CourierReport[] = [];
  const run: Run = {
    server,
    transcripts,
    clock,
    nextHops: courier.nextHops,
    reports,
    heard,
    tlsOutcomes,
    record: (report) => {
      reports.push(report);
      return Promise.resolve();
    },
    relay: (...to) => {
      const recipients = to.map(([address, nextHop], ordinal): RoutedRecipient<RelayRoute> => ({
        recipient: { ordinal, address, state: 'queued', attempts: 0, nextAttemptAt: 0 },
        route: { kind: 'relay', nextHop },
      }));
      const reporting: AttemptReporting = {
        record: (report) => run.record(report),
        tell: (ordinals, { phase, host, percent }) => {
          const words = [phase, host, percent === undefined ? undefined : `${percent} %`];
          heard.push(`${words.filter((word) => word !== undefined).join(' ')} for ${ordinals.join()}`);
        },
      };
      return courier.relay({ ...makeEntry(recipients), ...facts }, recipients, reporting);
    },
    get outcomes() {
      return reports.flatMap(({ outcomes }) =>
        outcomes.map(
          ({ outcome }) => `${outcome.recipient} ${outcome.kind} ${outcome.status} ${outcome.diagnostic}`,
        ),
      );
    },
  };
  return run;
}

function makeEntry(recipients: readonly RoutedRecipient[]): QueueEntry {
  return {
    id: 'trace',
    contentId: 1,
    sizeBytes: 22,
    reversePath: 'tom@server1.com',
    receivedAt: 0,
    origin: 'submission',
    smtpUtf8: false,
    recipients: recipients.map(({ recipient }) => recipient),
  };
}

/** A relay that hands everything over at once and remembers what; for tests of the stages before it. */
import type { QueueEntry, RecordReport } from '../../src-main/mail/queue/port.ts';
import type { NextHop, RelayRoute, RoutedRecipient } from '../../src-main/mail/routing/port.ts';

export class RecordingRelay {
  readonly relayed: { traceId: string; address: string; nextHop: NextHop }[] = [];

  /** Set where no host is to be reached. */
  isOutOfReach = false;

  async relay(
    entry: QueueEntry,
    recipients: readonly RoutedRecipient<RelayRoute>[],
    { record }: { readonly record: RecordReport },
  ): Promise<void> {
    const outcomes = recipients.map(({ recipient: { ordinal, address }, route }) => {
      if (this.isOutOfReach) {
        const facts = { recipient: address, status: '4.4.1', diagnostic: 'No answer', at: entry.receivedAt };
        return { ordinal, outcome: { ...facts, kind: 'deferred' as const } };
      }
      this.relayed.push({ traceId: entry.id, address, nextHop: route.nextHop });
      const facts = { recipient: address, status: '2.0.0', diagnostic: '250 Ok', at: entry.receivedAt };
      return { ordinal, outcome: { ...facts, kind: 'relayed' as const, remoteMta: 'mx.example' } };
    });
    await record({ outcomes, deposits: [], events: [] });
  }
}

/**
 * Delivery: turns recipients of a queue entry into copies in the mailboxes of our accounts, and hands over what is kept elsewhere.
 *
 * Actor: MDA (RFC 5598). Flow: queue → routing → here → report → the queue records outcomes and deposits in one commit.
 * Invariants: an account gets one copy of an entry's attempt, however many of its recipients lead there; every recipient
 * given has an outcome in a report. Addresses elsewhere that an alias leads to become recipients of the entry in the same
 * commit that takes the alias away, so each of them is relayed as if the sender had named it, and none is forgotten; so do
 * accounts behind an alias whose mail is handed over, since a hand-over can fail alone.
 * A recipient that has become unknown since RCPT fails, and its sender is told;
 * one whose account is switched off waits, since somebody may switch it on again.
 */
import type { RecordReport, QueueEntry } from '../queue/port.ts';
import type { LocalRoute, NoRoute, RoutedRecipient } from '../routing/port.ts';
import type { AccountDeliveryOptions } from './account-delivery.ts';
import { DeliveryReport } from './delivery-report.ts';
import type { HandOver } from './hand-over/port.ts';
import { findHandOver, handOverRecipient } from './handed-recipient.ts';

export interface DeliveryCourier {
  /** Records the mailboxes' copies first, then each hand-over as it ends. */
  deliver(
    entry: QueueEntry,
    recipients: readonly RoutedRecipient<LocalRoute | NoRoute>[],
    record: RecordReport,
  ): Promise<void>;
}

export interface DeliveryCourierOptions extends AccountDeliveryOptions {
  readonly handOver: HandOver;
}

export function createDeliveryCourier(options: DeliveryCourierOptions): DeliveryCourier {
  return {
    async deliver(entry, recipients, record) {
      const handed = recipients.flatMap((routed) => findHandOver(entry, routed) ?? []);
      const kept = recipients.filter(({ recipient }) => !handed.some((each) => each.recipient === recipient));
      if (kept.length > 0) {
        const report = new DeliveryReport(options, entry);
        for (const routed of kept) await report.add(routed);
        await record(report.build());
      }
      await Promise.all(handed.map((each) => handOverRecipient(options, entry, { ...each, record })));
    },
  };
}

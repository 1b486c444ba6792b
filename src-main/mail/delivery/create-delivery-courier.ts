/**
 * Delivery: turns recipients of a queue entry into copies in the mailboxes of our accounts, and hands over what is kept elsewhere.
 *
 * Actor: MDA (RFC 5598). Flow: queue → routing → here → report → the queue records outcomes and deposits in one commit.
 * Invariants: an account gets one copy of an entry's attempt, however many of its recipients lead there; every recipient
 * given has an outcome in a report. Addresses elsewhere that an alias leads to become recipients of the entry in the same
 * commit that takes the alias away, so each of them is relayed as if the sender had named it, and none is forgotten; so do
 * accounts behind an alias whose mail is handed over, since a hand-over can fail alone.
 * A moderated group keeps its place in the queue until a moderator has approved; then it is a group like others.
 * A recipient that has become unknown since RCPT fails, and its sender is told;
 * one whose account is switched off waits, since somebody may switch it on again.
 */
import type { ContentSpool } from '../content/port.ts';
import type { RecordReport, QueueEntry, QueueRecipient } from '../queue/port.ts';
import type { LocalRoute, ModerationAnswer, NoRoute, RoutedRecipient } from '../routing/port.ts';
import { DeliveryReport, type DeliveryReportOptions } from './delivery-report.ts';
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

export interface DeliveryCourierOptions extends DeliveryReportOptions {
  readonly handOver: HandOver;
  /** Where messages that rules have changed wait to be handed over. */
  readonly spool: Pick<ContentSpool, 'readRange'>;
}

export function createDeliveryCourier(options: DeliveryCourierOptions): DeliveryCourier {
  return {
    async deliver(entry, recipients, record) {
      const [answers, others] = partitionAnswers(recipients.map(afterModeration));
      for (const { recipient, answer } of answers) {
        await record(await options.moderation.answer(entry, recipient, answer));
      }
      const handed = others.flatMap((routed) => findHandOver(entry, routed) ?? []);
      const kept = others.filter(({ recipient }) => !handed.some((each) => each.recipient === recipient));
      if (kept.length > 0) {
        const report = new DeliveryReport(options, entry);
        for (const routed of kept) await report.add(routed);
        await record(report.build());
      }
      await Promise.all(handed.map((each) => handOverRecipient(options, entry, { ...each, record })));
    },
  };
}

type HereRecipient = RoutedRecipient<LocalRoute | NoRoute>;

/** The moderators were asked for this group before, and it is held no more: they have approved. */
function afterModeration({ recipient, route }: HereRecipient): HereRecipient {
  if (route.kind !== 'local' || recipient.moderatedGroup === undefined) return { recipient, route };
  const isApproved = route.moderatedGroup === recipient.moderatedGroup;
  return { recipient, route: isApproved ? { ...route, moderatedGroup: null } : route };
}

interface AnsweringRecipient {
  readonly recipient: QueueRecipient;
  readonly answer: ModerationAnswer;
}

/** Moderators' answers, and the rest. */
function partitionAnswers(
  recipients: readonly HereRecipient[],
): readonly [readonly AnsweringRecipient[], readonly HereRecipient[]] {
  const answers = recipients.flatMap(({ recipient, route }) =>
    route.kind === 'local' && route.answer !== undefined ? [{ recipient, answer: route.answer }] : [],
  );
  const others = recipients.filter(({ route }) => route.kind !== 'local' || route.answer === undefined);
  return [answers, others];
}

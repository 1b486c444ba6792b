/**
 * A recipient whose mail is handed over: an account with another way of delivery, or an alias that leads to a program.
 *
 * Flow: courier → here → hand-over → one report for each recipient. Invariants: what else the recipient leads to is dealt with in
 * the commit that records the hand-over, so a hand-over that fails leaves all of it for the next attempt.
 */
import type { HandOverMethod } from '../../directory/port.ts';
import type { ContentReader } from '../content/port.ts';
import type { RecipientOutcome } from '../events.ts';
import type { QueueEntry, QueueRecipient, RecordReport } from '../queue/port.ts';
import type { LocalRoute, NoRoute, RoutedRecipient } from '../routing/port.ts';
import { copyFields } from './copy-fields.ts';
import type { DeliveryCourierOptions } from './create-delivery-courier.ts';
import { describeHandOver } from './hand-over/create-hand-over.ts';
import type { HandedMessage, HandOverOutcome } from './hand-over/port.ts';
import { deliverToAccount } from './account-delivery.ts';

export interface HandedRecipient {
  readonly recipient: QueueRecipient;
  /** The account's or alias's own address. */
  readonly address: string;
  readonly method: HandOverMethod;
  readonly route: LocalRoute;
}

/** null: the recipient's mail is kept here, goes to several places that have attempts of their own, or has no way. */
export function findHandOver({
  recipient,
  route,
}: RoutedRecipient<LocalRoute | NoRoute>): HandedRecipient | null {
  if (route.kind !== 'local' || route.moderatedGroup !== null) return null;
  const [handOver] = route.handOvers;
  if (handOver !== undefined) {
    return { recipient, address: handOver.address, method: handOver.delivery, route };
  }
  const [account, ...others] = route.accounts;
  if (account === undefined || others.length > 0 || route.foreign.length > 0) return null;
  const { address, delivery } = account;
  return delivery.method === 'mailstore' ? null : { recipient, address, method: delivery, route };
}

/** Octets read at a time. */
const RANGE_OCTETS = 256 * 1024;

export async function handOverRecipient(
  options: DeliveryCourierOptions,
  entry: QueueEntry,
  handed: HandedRecipient & { readonly record: RecordReport },
): Promise<void> {
  const { recipient, method, record, address } = handed;
  const outcome = await options.handOver(method, toHandedMessage(options, entry, handed));
  const at = options.clock.now();
  const told: RecipientOutcome = { ...outcomeFacts(outcome), recipient: recipient.address, at };
  const isDelivered = outcome.kind === 'delivered';
  await record({
    outcomes: [{ ordinal: recipient.ordinal, outcome: told }],
    deposits: [],
    ...(isDelivered && (await whatFollows(options, entry, handed))),
    events: [
      {
        type: 'attempted',
        traceId: entry.id,
        at,
        attempt: recipient.attempts + 1,
        outcome: told,
        account: address,
        handedTo: describeHandOver(method),
        ...(outcome.sessionId !== undefined && { sessionId: outcome.sessionId }),
      },
    ],
  });
}

function outcomeFacts({ kind, status, diagnostic }: HandOverOutcome) {
  return { kind, status, diagnostic };
}

/** An account's forwarding, and what else an alias leads to. */
async function whatFollows(
  options: DeliveryCourierOptions,
  entry: QueueEntry,
  { recipient, route, address }: HandedRecipient,
) {
  const [account] = route.accounts;
  if (route.handOvers.length === 0 && account !== undefined) {
    const at = options.clock.now();
    const copy = { entry, account, recipient: recipient.address, at };
    const { following } = await deliverToAccount(options, copy);
    return { following };
  }
  const others = [
    ...route.accounts.map((each) => each.address),
    ...route.foreign,
    ...route.handOvers.slice(1).map((each) => each.address),
  ];
  const isNew = (each: string) =>
    each !== address && !entry.recipients.some((known) => known.address.toLowerCase() === each.toLowerCase());
  return { newRecipients: others.filter(isNew).map((each) => ({ address: each })) };
}

function toHandedMessage(
  { clock, content }: DeliveryCourierOptions,
  entry: QueueEntry,
  { address, recipient }: HandedRecipient,
): HandedMessage {
  const prefix = Buffer.from(copyFields(entry, { address, recipient: recipient.address }));
  return {
    reversePath: entry.reversePath,
    address,
    recipient: recipient.address,
    at: clock.now(),
    sizeOctets: prefix.length + entry.sizeBytes,
    content: () => readAll(content, entry, prefix),
  };
}

async function* readAll(
  reader: ContentReader,
  entry: QueueEntry,
  prefix: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield prefix;
  for (let at = 0; at < entry.sizeBytes; at += RANGE_OCTETS) {
    yield await reader.readRange(entry.contentId, at, Math.min(at + RANGE_OCTETS, entry.sizeBytes));
  }
}

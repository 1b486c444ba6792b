/**
 * A recipient whose mail is handed over: an account with another way of delivery, or an alias that leads to a program.
 *
 * Flow: courier → here → hand-over → one report for each recipient. Invariants: what else the recipient leads to is dealt with in
 * the commit that records the hand-over, so a hand-over that fails leaves all of it for the next attempt.
 */
import type { Account, HandOver as AddressedHandOver, HandOverMethod } from '../../directory/port.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import { octetsOfStaged } from '../content/octets-of.ts';
import { isStaged, type ContentReader, type StagedContent } from '../content/port.ts';
import type { RecipientOutcome } from '../events.ts';
import type { QueueEntry, QueueRecipient, RecordReport } from '../queue/port.ts';
import type { LocalRoute, NoRoute, RoutedRecipient } from '../routing/port.ts';
import { copyFields } from './copy-fields.ts';
import type { DeliveryCourierOptions } from './create-delivery-courier.ts';
import { describeHandOver } from './hand-over/create-hand-over.ts';
import type { HandedMessage, HandOverOutcome } from './hand-over/port.ts';
import { deliverToAccount, type AccountDelivery } from './account-delivery.ts';

export interface HandedRecipient {
  readonly recipient: QueueRecipient;
  /** The account's or alias's own address. */
  readonly address: string;
  readonly method: HandOverMethod;
  readonly route: LocalRoute;
}

/** Whether the message is to be kept apart, wherever it leads. */
export function isSuspect({ verdict }: QueueEntry): boolean {
  return verdict?.action === 'quarantine';
}

/** Whether the account's mail stays with us: quarantine is ours, whatever the account's way of delivery. */
export function isKeptHere(entry: QueueEntry, { delivery }: Account): boolean {
  return delivery.method === 'mailstore' || isSuspect(entry);
}

/**
 * null: the recipient's mail is kept here, has no way, or goes to addresses that get attempts of their own. With several recipients
 * only the address itself is handed over: what leads there by another name becomes that address, so that it is handed over once.
 */
export function findHandOver(
  entry: QueueEntry,
  { recipient, route }: RoutedRecipient<LocalRoute | NoRoute>,
): HandedRecipient | null {
  if (route.kind !== 'local' || route.moderatedGroup !== null || isSuspect(entry)) return null;
  const [only, ...others] = [...route.handOvers, ...handedAccounts(entry, route)];
  const kept = route.accounts.filter((account) => isKeptHere(entry, account));
  if (only === undefined || others.length + kept.length + route.foreign.length > 0) return null;
  const isAddressed = only.address.toLowerCase() === recipient.address.toLowerCase();
  if (!isAddressed && entry.recipients.length > 1) return null;
  return { recipient, address: only.address, method: only.delivery, route };
}

function handedAccounts(entry: QueueEntry, { accounts }: LocalRoute): readonly AddressedHandOver[] {
  return accounts.flatMap((account) => {
    const { address, delivery } = account;
    return delivery.method === 'mailstore' || isKeptHere(entry, account) ? [] : [{ address, delivery }];
  });
}

/** Octets read at a time. */
const RANGE_OCTETS = 256 * 1024;

export async function handOverRecipient(
  options: DeliveryCourierOptions,
  entry: QueueEntry,
  handed: HandedRecipient & { readonly record: RecordReport },
): Promise<void> {
  const { recipient, method, record, address, route } = handed;
  const [account] = route.accounts;
  const at = options.clock.now();
  const copy = { entry, recipient: recipient.address, at };
  const ruled = account === undefined ? HANDED : await deliverToAccount(options, { ...copy, account });
  const outcome = await settle(options, ruled, () =>
    options.handOver(method, toHandedMessage(options, entry, { ...handed, changed: changedBy(ruled) })),
  );
  const { kind, status, diagnostic, sessionId } = outcome;
  const told: RecipientOutcome = { kind, status, diagnostic, recipient: recipient.address, at };
  const isHanded = ruled.deposits.length > 0;
  const { following, marks, events, quarantined } = kind === 'delivered' ? ruled : NOTHING;
  await record({
    outcomes: [{ ordinal: recipient.ordinal, outcome: told }],
    deposits: [],
    following,
    marks,
    // Suspect to this account alone.
    ...(quarantined !== undefined && { quarantined: [quarantined] }),
    events: [
      {
        type: 'attempted',
        traceId: entry.id,
        at,
        attempt: recipient.attempts + 1,
        outcome: told,
        account: address,
        ...(isHanded && { handedTo: describeHandOver(method) }),
        ...(sessionId !== undefined && { sessionId }),
      },
      ...events,
    ],
  });
}

type Consequences = Pick<AccountDelivery, 'following' | 'marks' | 'events' | 'quarantined'>;

const NOTHING: Consequences = { following: [], marks: [], events: [] };

/** An alias has no rules: what is for it is handed over. */
const HANDED: AccountDelivery = {
  ...NOTHING,
  deposits: [{ accountId: 0, mailbox: 'INBOX', prefix: '', flags: [] }],
};

/** The account's rules come first: a copy that they would keep is handed over, what they do besides follows from that. */
async function settle(
  { receiver }: DeliveryCourierOptions,
  { refusal, deposits, following }: AccountDelivery,
  handOver: () => Promise<HandOverOutcome>,
): Promise<HandOverOutcome> {
  if (refusal !== undefined) return { kind: 'failed', status: refusal.status, diagnostic: refusal.text };
  const isWanted = deposits.length > 0;
  const outcome: HandOverOutcome = isWanted ? await handOver() : SETTLED_BY_RULES;
  const staged = outcome.kind === 'delivered' ? deposits : [...deposits, ...following];
  for (const { content } of staged) {
    // Made for a mailbox, or for a reply that will be made again with the next attempt.
    if (content !== undefined && isStaged(content)) await receiver.discard(content);
  }
  return outcome;
}

const SETTLED_BY_RULES: HandOverOutcome = {
  kind: 'delivered',
  status: '2.1.5',
  diagnostic: 'The rules of the account decided',
};

/** The message as the rules left it, prefix and all: of several copies the last, which is the one in INBOX if there is one. */
function changedBy({ deposits }: AccountDelivery): StagedContent | undefined {
  return deposits.at(-1)?.content;
}

function toHandedMessage(
  options: DeliveryCourierOptions,
  entry: QueueEntry,
  { address, recipient, changed }: HandedRecipient & { readonly changed: StagedContent | undefined },
): HandedMessage {
  const { clock, content, spool } = options;
  const about = { reversePath: entry.reversePath, address, recipient: recipient.address, at: clock.now() };
  if (changed !== undefined) {
    const octets = octetsOfStaged(spool, changed);
    return { ...about, sizeOctets: octets.sizeBytes, content: () => piecesOf(octets) };
  }
  const prefix = Buffer.from(copyFields(entry, { address, recipient: recipient.address }));
  return {
    ...about,
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
  const { contentId, sizeBytes } = entry;
  yield* piecesOf({ sizeBytes, readRange: (start, end) => reader.readRange(contentId, start, end) });
}

async function* piecesOf({
  sizeBytes,
  readRange,
}: Pick<MessageOctets, 'sizeBytes' | 'readRange'>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < sizeBytes; at += RANGE_OCTETS) {
    yield await readRange(at, Math.min(at + RANGE_OCTETS, sizeBytes));
  }
}

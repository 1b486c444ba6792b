/**
 * Hold rules: what administrators want to look at before it goes on.
 *
 * Flow: a message comes into the queue → here → some recipients are held from the beginning, with the rule's name as the
 * reason. Invariants: what a rule asks must all be so; a rule that asks nothing, or is switched off, holds nothing.
 */
import { isAddressOf, isClientOf } from '../../format/pattern.ts';
import type { MailEvent } from '../events.ts';
import type { EntryClient, HoldRule, NewQueueEntry } from './port.ts';

/** What a rule may ask about. */
export interface HoldableMessage {
  readonly reversePath: string;
  readonly client?: EntryClient;
  readonly sizeBytes: number;
}

/** The name of the rule that holds the address, or null. */
export type FindHoldRule = (message: HoldableMessage, address: string) => string | null;

export function createHoldRuleFinder(rules: () => readonly HoldRule[]): FindHoldRule {
  return (message, address) =>
    rules().find((rule) => rule.isEnabled && holds(rule, message, address))?.name ?? null;
}

/** Whether the rule, were it switched on, would hold the address. */
export function holds(rule: HoldRule, message: HoldableMessage, address: string): boolean {
  const { sender, recipient, client, account, largerThanBytes } = rule;
  const answers = [
    sender === undefined ? null : isAddressOf(message.reversePath, sender),
    recipient === undefined ? null : isAddressOf(address, recipient),
    client === undefined ? null : isClientOf(message.client?.address ?? '', client),
    account === undefined ? null : message.client?.account?.toLowerCase() === account.toLowerCase(),
    largerThanBytes === undefined ? null : message.sizeBytes > largerThanBytes,
  ].filter((answer) => answer !== null);
  return answers.length > 0 && answers.every((answer) => answer);
}

/** By ordinal: those to be held, with the names of the rules. */
export function heldRecipients(entry: NewQueueEntry, find: FindHoldRule): Readonly<Record<number, string>> {
  const { content, reversePath, client } = entry;
  const message = { reversePath, sizeBytes: content.sizeBytes, ...(client !== undefined && { client }) };
  const held = entry.recipients.flatMap((address, ordinal) => {
    const rule = find(message, address);
    return rule === null ? [] : [[ordinal, rule] as const];
  });
  return Object.fromEntries(held);
}

export function heldEvents(
  { id, recipients, receivedAt }: NewQueueEntry,
  heldBy: Readonly<Record<number, string>>,
): readonly MailEvent[] {
  return Object.entries(heldBy).map(([ordinal, rule]) => ({
    type: 'heldByRule',
    traceId: id,
    at: receivedAt,
    recipient: recipients[Number(ordinal)] ?? '',
    rule,
  }));
}

/**
 * SendingBrakes: an account that sends far more than usual has perhaps been taken over: its mail waits until somebody has looked.
 *
 * Actor: MSA. Flow: message of a signed-in user, screened → note(); the queue asks reasonFor() as it asks hold rules. Invariants: what is
 * held is not lost and not refused; memory is bounded by the limits; counts are of the last hour and begin anew with the program.
 */
import { isLoopback } from '../../../protocol/connection/network-list.ts';
import type { BrakeSetting } from '../settings.ts';
import type { EnvelopeFacts } from '../port.ts';
import type { ReputationStore } from '../store-port.ts';

const HOUR_MS = 60 * 60_000;
/** Accounts that are counted; those that sent longest ago give way. */
const MOST_ACCOUNTS = 10_000;

interface Sent {
  /** When messages came, and when addresses that it had never written to: of the last hour, rising. */
  readonly messages: number[];
  readonly newRecipients: number[];
}

export interface SendingBrakesOptions {
  readonly setting: () => BrakeSetting;
  readonly reputation: Pick<ReputationStore, 'unknownOf'>;
  readonly now: () => number;
}

export class SendingBrakes {
  readonly #options: SendingBrakesOptions;
  /** By the account's address. */
  readonly #sent = new Map<string, Sent>();

  constructor(options: SendingBrakesOptions) {
    this.#options = options;
  }

  /** Counts a message before it is queued. */
  async note({ client: { account, address }, recipients, at }: EnvelopeFacts): Promise<void> {
    const { reputation, setting } = this.#options;
    // This machine is no stranger: its scripts send as much as they like.
    if (account === undefined || isLoopback(address) || !setting().isEnabled) return;
    const addresses = recipients.map((address) => address.toLowerCase());
    const unknown = await reputation.unknownOf(account.id, addresses);
    const known = this.#sent.get(account.address);
    const sent = known ?? { messages: [], newRecipients: [] };
    // The newest stand last, so that the oldest give way.
    this.#sent.delete(account.address);
    this.#sent.set(account.address, sent);
    sent.messages.push(at);
    sent.newRecipients.push(...unknown.map(() => at));
    this.#forget();
  }

  /** Why the account's mail is held now; null: it is not. */
  reasonFor(account: string | undefined): string | null {
    const { isEnabled, messagesPerHour, newRecipientsPerHour } = this.#options.setting();
    const sent = account === undefined ? undefined : this.#sent.get(account);
    if (sent === undefined || !isEnabled) return null;
    dropOld(sent, this.#options.now() - HOUR_MS);
    if (sent.messages.length > messagesPerHour) {
      return `Brake: ${account} sends more than ${messagesPerHour} messages an hour`;
    }
    if (sent.newRecipients.length <= newRecipientsPerHour) return null;
    return `Brake: ${account} writes to more than ${newRecipientsPerHour} new recipients an hour`;
  }

  /** Addresses of accounts whose mail is held now. */
  heldAccounts(): readonly string[] {
    return [...this.#sent.keys()].filter((account) => this.reasonFor(account) !== null);
  }

  #forget(): void {
    const since = this.#options.now() - HOUR_MS;
    for (const [account, sent] of this.#sent) {
      dropOld(sent, since);
      if (sent.messages.length > 0 && this.#sent.size <= MOST_ACCOUNTS) return;
      this.#sent.delete(account);
    }
  }
}

function dropOld({ messages, newRecipients }: Sent, since: number): void {
  for (const times of [messages, newRecipients]) {
    const first = times.findIndex((at) => at > since);
    times.splice(0, first < 0 ? times.length : first);
  }
}

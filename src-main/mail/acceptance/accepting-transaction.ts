/**
 * AcceptingTransaction: one MAIL…DATA of submission or reception, from the envelope to the queue.
 *
 * RFC 5321 §3.3. The stage gives its own words for a recipient elsewhere, and what it does to the header section.
 * Invariants: a recipient given twice is one recipient; a refused content is told for each of its recipients.
 */
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { addressKey, formatAddress } from '../../format/address.ts';
import type {
  ContentSink,
  MailCommand,
  RecipientPath,
  SmtpClient,
  SmtpTransaction,
} from '../../protocol/smtp/server/policy.ts';
import { smtpReply } from '../../protocol/smtp/server/reply.ts';
import type { SmtpReply } from '../../protocol/smtp/server/reply.ts';
import type { MailEvent, TraceId } from '../events.ts';
import type { Route } from '../routing/port.ts';
import { acceptMessage, checkHops, entryClientOf, makeTraceField, reportRefusal } from './acceptance.ts';
import type { AcceptanceOptions, Envelope } from './acceptance.ts';
import { HeaderHoldingSink } from './header-holding-sink.ts';
import type { HeldHeader } from './header-holding-sink.ts';

export interface PreparedHeader {
  /** What takes the header section's place below the trace field. */
  readonly pieces: readonly Uint8Array[];
  /** Events that tell what was changed. */
  readonly repairs: readonly MailEvent[];
}

/** How submission and reception differ. */
export interface AcceptanceRules {
  readonly origin: Envelope['origin'];
  /** Answers a recipient whose domain is not ours; null where this stage leaves that to routing. */
  refuseForeign(recipient: string): SmtpReply | null;
  prepareHeader(
    header: HeldHeader,
    envelope: Envelope,
    traceId: TraceId,
  ): Promise<Result<PreparedHeader, SmtpReply>>;
}

export class AcceptingTransaction implements SmtpTransaction {
  readonly #options: AcceptanceOptions;
  readonly #rules: AcceptanceRules;
  readonly #client: SmtpClient;
  readonly #mail: MailCommand;
  /** By the key under which addresses compare. */
  readonly #recipients = new Map<string, RecipientPath>();

  constructor(
    options: AcceptanceOptions,
    rules: AcceptanceRules,
    session: { client: SmtpClient; mail: MailCommand },
  ) {
    this.#options = options;
    this.#rules = rules;
    this.#client = session.client;
    this.#mail = session.mail;
  }

  async addRecipient(recipient: RecipientPath): Promise<SmtpReply> {
    const facts = { reversePath: this.#mail.reversePath.text, client: entryClientOf(this.#client) };
    const route = await this.#options.router.route(formatAddress(recipient.address), facts);
    const refusal = this.#findRefusal(recipient.text, route);
    if (refusal !== null) return this.#refuse(recipient.text, refusal);
    this.#recipients.set(addressKey(recipient.address), recipient);
    return smtpReply(250, '2.1.5', 'Recipient ok');
  }

  #findRefusal(recipient: string, route: Route): SmtpReply | null {
    if (route.kind === 'local') return null;
    if (route.kind === 'relay') return this.#rules.refuseForeign(recipient);
    const refusal = route.reason === 'relayingOff' ? this.#rules.refuseForeign(recipient) : null;
    return refusal ?? smtpReply(550, route.status, route.text);
  }

  receive(): Result<ContentSink, SmtpReply> {
    const { receiver, makeId } = this.#options;
    const traceId = makeId();
    const recipients = [...this.#recipients.values()];
    const envelope: Envelope = {
      origin: this.#rules.origin,
      client: { ...this.#client },
      mail: this.#mail,
      recipients: recipients.map(({ text }) => text),
      recipientDsn: Object.fromEntries(
        recipients.flatMap(({ dsn }, position) => (dsn === undefined ? [] : [[position, dsn]])),
      ),
    };
    let repairs: readonly MailEvent[] = [];
    const sink = new HeaderHoldingSink({
      receiver,
      prepare: async (header) => {
        const hops = checkHops(header.section);
        const prepared = hops.ok ? await this.#rules.prepareHeader(header, envelope, traceId) : hops;
        if (!prepared.ok) {
          for (const recipient of envelope.recipients) this.#refuse(recipient, prepared.error);
          return prepared;
        }
        repairs = prepared.value.repairs;
        return ok([makeTraceField(this.#options, envelope, traceId), ...prepared.value.pieces]);
      },
      accept: (content) => acceptMessage(this.#options, envelope, { traceId, content, repairs }),
    });
    return ok(sink);
  }

  #refuse(recipient: string, reply: SmtpReply): SmtpReply {
    const facts = { origin: this.#rules.origin, client: this.#client, mail: this.#mail, recipient };
    return reportRefusal(this.#options, facts, reply);
  }
}

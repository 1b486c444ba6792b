/**
 * AcceptingTransaction: one MAIL…DATA of submission or reception, from the envelope to the queue.
 *
 * RFC 5321 §3.3. The relay rules say who may send where; the stage adds what it has against it, and what it does to the
 * header section.
 * Invariants: a recipient given twice is one recipient; a refused content is told for each of its recipients.
 */
import { err, ok } from '../../base/result.ts';
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
import type { RuleDecision } from '../routing/relay-rules/port.ts';
import { acceptMessage, checkHops, entryClientOf, makeTraceField, reportRefusal } from './acceptance.ts';
import type { AcceptanceOptions, AcceptedMessage, Envelope } from './acceptance.ts';
import { BoundedSink } from './bounded-sink.ts';
import { HeaderHoldingSink } from './header-holding-sink.ts';
import type { HeldHeader } from './header-holding-sink.ts';
import { screenContent, screenRecipient } from './screening-step.ts';
import { refuseFullMailbox } from './mailbox-room.ts';
import {
  isForDevices,
  isOurs,
  refuseByLimits,
  refuseByRule,
  tightestBound,
  tooLarge,
  tooMany,
} from './rule-replies.ts';

export interface PreparedHeader {
  /** What takes the header section's place below the trace field. */
  readonly pieces: readonly Uint8Array[];
  /** Events that tell what was changed. */
  readonly repairs: readonly MailEvent[];
}

/** How submission and reception differ. */
export interface AcceptanceRules {
  readonly origin: Envelope['origin'];
  /** What this stage has against a recipient that the relay rules allow; null: nothing. */
  refuseAllowed(client: SmtpClient, decision: RuleDecision): SmtpReply | null;
  prepareHeader(
    header: HeldHeader,
    envelope: Envelope,
    traceId: TraceId,
  ): Promise<Result<PreparedHeader, SmtpReply>>;
}

interface AcceptedRecipient {
  readonly path: RecipientPath;
  readonly decision: RuleDecision;
}

export class AcceptingTransaction implements SmtpTransaction {
  readonly #options: AcceptanceOptions;
  readonly #rules: AcceptanceRules;
  readonly #client: SmtpClient;
  readonly #mail: MailCommand;
  /** By the key under which addresses compare. */
  readonly #recipients = new Map<string, AcceptedRecipient>();

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
    const { router, ruleBook, clock } = this.#options;
    const client = entryClientOf(this.#client);
    const receivedAt = clock.now();
    const facts = { reversePath: this.#mail.reversePath.text, client, receivedAt };
    const route = await router.route(formatAddress(recipient.address), facts);
    const { asciiDomain: domain } = recipient.address;
    const decision = await ruleBook.decide({ client, domain, isOurs: isOurs(route), at: receivedAt });
    const objection = isMalformed(route) ? null : this.#findObjection(recipient.text, decision);
    if (objection !== null) return this.#refuse(recipient.text, objection, decision);
    const fault = this.#findFault(route, decision);
    if (fault !== null) return this.#refuse(recipient.text, fault);
    const message = { octets: this.#mail.declaredOctets ?? 0, origin: this.#rules.origin };
    const full = await refuseFullMailbox(this.#options, route, message);
    if (full !== null) return this.#refuse(recipient.text, full);
    const objected = await this.#screenRecipient(recipient.text, decision);
    if (objected !== null) return this.#refuse(recipient.text, objected);
    this.#recipients.set(addressKey(recipient.address), { path: recipient, decision });
    return smtpReply(250, '2.1.5', 'Recipient ok');
  }

  #screenRecipient(recipient: string, decision: RuleDecision): Promise<SmtpReply | null> {
    const facts = { origin: this.#rules.origin, client: this.#client, mail: this.#mail };
    const isFromDevice = isForDevices(decision);
    return screenRecipient(this.#options, { ...facts, recipients: [recipient], isFromDevice });
  }

  /** What is wrong with the recipient itself. */
  #findFault(route: Route, decision: RuleDecision): SmtpReply | null {
    const refusal = this.#rules.refuseAllowed(this.#client, decision);
    if (refusal !== null || route.kind !== 'undeliverable') return refusal;
    return smtpReply(550, route.status, route.text);
  }

  /** What of the deciding rule stands against it. */
  #findObjection(recipient: string, decision: RuleDecision): SmtpReply | null {
    const { rule, isAllowed } = decision;
    if (!isAllowed) return refuseByRule(recipient, decision);
    if (rule === undefined) return null;
    const tooLarge = refuseByLimits(rule, this.#mail.declaredOctets ?? 0);
    if (tooLarge !== null) return tooLarge;
    return this.#options.ruleBook.hasRoom(rule, entryClientOf(this.#client)) ? null : tooMany(rule);
  }

  receive(): Result<ContentSink, SmtpReply> {
    const traceId = this.#options.makeId();
    const recipients = [...this.#recipients.values()];
    const envelope = this.#makeEnvelope(recipients);
    const refusal = this.#takePlaces(recipients);
    if (refusal !== null) return err(this.#refuseAll(envelope, refusal));
    let repairs: readonly MailEvent[] = [];
    const sink = new HeaderHoldingSink({
      receiver: this.#options.receiver,
      prepare: async (header) => {
        const hops = checkHops(header.section);
        const prepared = hops.ok ? await this.#rules.prepareHeader(header, envelope, traceId) : hops;
        if (!prepared.ok) return err(this.#refuseAll(envelope, prepared.error));
        repairs = prepared.value.repairs;
        return ok([makeTraceField(this.#options, envelope, traceId), ...prepared.value.pieces]);
      },
      accept: (content) => this.#accept(envelope, { traceId, content, repairs }),
    });
    const bound = tightestBound(recipients.map(({ decision }) => decision));
    if (bound === null) return ok(sink);
    return ok(new BoundedSink(sink, bound.maxOctets, () => this.#refuseAll(envelope, tooLarge(bound))));
  }

  /** Screening has the last word on what has come. */
  async #accept(envelope: Envelope, message: Omit<AcceptedMessage, 'screened'>): Promise<SmtpReply> {
    const screened = await screenContent(this.#options, envelope, message);
    const refusal = screened?.refusal ?? null;
    if (refusal === null) return acceptMessage(this.#options, envelope, { ...message, screened });
    await this.#options.receiver.discard(message.content);
    return this.#refuseAll(envelope, refusal);
  }

  #makeEnvelope(recipients: readonly AcceptedRecipient[]): Envelope {
    return {
      origin: this.#rules.origin,
      client: { ...this.#client },
      mail: this.#mail,
      recipients: recipients.map(({ path }) => path.text),
      recipientDsn: Object.fromEntries(
        recipients.flatMap(({ path: { dsn } }, position) => (dsn === undefined ? [] : [[position, dsn]])),
      ),
      rules: recipients.map(({ decision }) => decision.name),
      isFromDevice: recipients.some(({ decision }) => isForDevices(decision)),
    };
  }

  /** Each rule that bounds the rate counts the message once. */
  #takePlaces(recipients: readonly AcceptedRecipient[]): SmtpReply | null {
    const client = entryClientOf(this.#client);
    const rules = new Set(recipients.flatMap(({ decision: { rule } }) => (rule === undefined ? [] : [rule])));
    const full = [...rules].find((rule) => !this.#options.ruleBook.take(rule, client));
    return full === undefined ? null : tooMany(full);
  }

  #refuseAll({ recipients }: Envelope, reply: SmtpReply): SmtpReply {
    for (const recipient of recipients) this.#refuse(recipient, reply);
    return reply;
  }

  #refuse(recipient: string, reply: SmtpReply, decision?: RuleDecision): SmtpReply {
    const facts = {
      origin: this.#rules.origin,
      client: this.#client,
      mail: this.#mail,
      recipient,
      ...(decision !== undefined && { rule: decision.name }),
    };
    return reportRefusal(this.#options, facts, reply);
  }
}

function isMalformed(route: Route): boolean {
  return route.kind === 'undeliverable' && route.reason === 'malformedAddress';
}

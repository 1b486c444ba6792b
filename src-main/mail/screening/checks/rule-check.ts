/**
 * The administrator's rules: allow and block lists, header, body and attachment rules. The first that holds and is not about points
 * alone has the word.
 */
import { tell } from '../../../base/finding-texts.ts';
import { containsText, isAddressOf, isClientOf, matchesText } from '../../../format/pattern.ts';
import { smtpReply, type SmtpReply } from '../../../protocol/smtp/server/reply.ts';
import { readAttachments } from '../content/attachments.ts';
import { RANK, type CheckFinding, type MessageCheck, type MessageFacts } from '../facts.ts';
import { CHECK_TIMEOUT_MS } from '../limits.ts';
import type { EnvelopeFacts } from '../port.ts';
import type { ScreeningRule } from '../settings.ts';

export function createRuleCheck(rules: () => readonly ScreeningRule[]): MessageCheck {
  const enabled = () => rules().filter(({ isEnabled }) => isEnabled);
  return {
    name: 'rule',
    timeoutMs: CHECK_TIMEOUT_MS,
    applies: () => enabled().length > 0,
    run: async (facts) => {
      const findings: CheckFinding[] = [];
      for (const [position, rule] of enabled().entries()) {
        if (await holds(rule, facts)) findings.push(toFinding(rule, position));
      }
      return findings;
    },
  };
}

function toFinding(rule: ScreeningRule, position: number): CheckFinding {
  const { action } = rule;
  const finding = { check: 'rule', outcome: rule.id, detail: tell('ruleApplies', { name: rule.name }) };
  if (action === 'score') return { ...finding, weight: rule.points ?? 0 };
  // More rules than ranks between two others are never a matter of the others.
  const rank = Math.min(RANK.rule + position, RANK.attachment - 1);
  return {
    ...finding,
    weight: 0,
    decides: { action, rank, reply: refusalByRule(rule) },
  };
}

export function refusalByRule({ name }: ScreeningRule): SmtpReply {
  return smtpReply(550, '5.7.1', `Refused by a rule of this server ("${name}")`);
}

/** A rule that asks nothing holds for nothing. */
async function holds(rule: ScreeningRule, facts: MessageFacts): Promise<boolean> {
  const envelope = holdsForEnvelope(rule, facts);
  if (envelope === false) return false;
  const answers = [envelope, await holdsForContent(rule, facts)].filter((answer) => answer !== null);
  return answers.length > 0 && answers.every((answer) => answer);
}

/** What the envelope alone says; null where the rule asks nothing about it. A sender may also be the author. */
function holdsForEnvelope(rule: ScreeningRule, facts: EnvelopeFacts & Partial<MessageFacts>): boolean | null {
  const { sender, recipient, client } = rule;
  const answers = [
    sender === undefined ? null : sendersOf(facts).some((address) => isAddressOf(address, sender)),
    recipient === undefined ? null : facts.recipients.some((address) => isAddressOf(address, recipient)),
    client === undefined ? null : isClientOf(facts.client.address, client),
  ].filter((answer) => answer !== null);
  return answers.length === 0 ? null : answers.every((answer) => answer);
}

function sendersOf({ reversePath, octets }: EnvelopeFacts & Partial<MessageFacts>): readonly string[] {
  const authors = octets?.index.envelope.from ?? [];
  return [
    reversePath,
    ...authors.flatMap(({ mailbox, host }) => (host === null ? [] : `${mailbox}@${host}`)),
  ];
}

async function holdsForContent(rule: ScreeningRule, facts: MessageFacts): Promise<boolean | null> {
  const { header, body, attachment, largerThanBytes } = rule;
  const answers: boolean[] = [];
  if (largerThanBytes !== undefined) answers.push(facts.octets.sizeBytes > largerThanBytes);
  if (header !== undefined) {
    const fields = (await facts.text()).fields(header.name);
    answers.push(fields.some((text) => containsText(text, header.pattern)));
  }
  if (body !== undefined) answers.push(containsText((await facts.text()).body, body));
  if (attachment !== undefined) {
    const attachments = await readAttachments(facts.octets);
    const names = attachments.flatMap(({ name, inside }) => [name, ...inside]);
    answers.push(names.some((name) => matchesText(name, attachment)));
  }
  return answers.length === 0 ? null : answers.every((answer) => answer);
}

/** The first rule about the envelope alone that settles the matter at RCPT; null: none. */
export function findEnvelopeRule(
  rules: readonly ScreeningRule[],
  facts: EnvelopeFacts,
): ScreeningRule | null {
  const found = rules.find(
    (rule) =>
      rule.isEnabled &&
      rule.action !== 'score' &&
      !asksContent(rule) &&
      holdsForEnvelope(rule, facts) === true,
  );
  return found ?? null;
}

function asksContent({ header, body, attachment, largerThanBytes }: ScreeningRule): boolean {
  return [header, body, attachment, largerThanBytes].some((condition) => condition !== undefined);
}

/** A milter as a check: the message is replayed to it, and its word and its header fields are taken. */
import { tell, type FindingDetail } from '../../../base/finding-texts.ts';
import type { HeaderField, HeaderSection } from '../../../format/header-section.ts';
import type { Result } from '../../../base/result.ts';
import type { EngineProblem } from '../../../protocol/engine/engine-channel.ts';
import { askMilter, type MilterAnswer, type ShownField } from '../../../protocol/milter/milter-client.ts';
import type { MilterField } from '../../../protocol/milter/milter-verdict.ts';
import { smtpReply, type SmtpReply } from '../../../protocol/smtp/server/reply.ts';
import { piecesOf } from '../content/octet-pieces.ts';
import { RANK, type CheckFinding, type MessageFacts } from '../facts.ts';
import type { EngineSetting } from '../settings.ts';
import { optionsFor, type EngineContext } from './engine-context.ts';
import type { OutcomeOf } from '../findings.ts';

/** Fields that a person reads of. */
const SHOWN_NAMES = 5;

export async function showToMilter(
  engine: EngineSetting,
  facts: MessageFacts,
  context: EngineContext,
): Promise<Result<readonly CheckFinding[], EngineProblem>> {
  const { octets, client, reversePath, recipients, traceId } = facts;
  const { header } = await facts.text();
  const answer = await askMilter(optionsFor(engine, context), {
    client: { address: client.address, port: 0, name: `[${client.address}]`, hello: client.hello },
    ...(client.account !== undefined && { account: client.account.address }),
    queueId: traceId,
    hostname: context.hostname(),
    reversePath,
    recipients,
    header: header.fields.map((field) => toShownField(header, field)),
    body: piecesOf(octets, octets.index.root.bodyStart),
  });
  return answer.ok ? { ok: true, value: [toFinding(engine, answer.value)] } : answer;
}

/** As it came: white space and folding are covered by simple signatures (RFC 6376 §3.4.1). */
function toShownField({ octets }: HeaderSection, { name, bodyStart, end }: HeaderField): ShownField {
  const isEnded = octets[end - 2] === 0x0d && octets[end - 1] === 0x0a;
  return { name, value: octets.subarray(bodyStart, isEnded ? end - 2 : end) };
}

function toFinding(engine: EngineSetting, { verdict, fields, unchanged }: MilterAnswer): CheckFinding {
  const finding = {
    check: engine.name,
    outcome: verdict.kind satisfies OutcomeOf<'engine'>,
    weight: 0,
    fields: fields.map(formatField).join(''),
  };
  switch (verdict.kind) {
    case 'accept':
      return { ...finding, detail: tellUnchanged(unchanged) };
    case 'quarantine':
      return decided(finding, 'quarantine', {
        detail: tell('engineQuarantines', { reason: verdict.reason }),
      });
    case 'discard':
      // Nothing is dropped silently: what a milter wants gone can be looked at.
      return decided(finding, 'quarantine', {
        detail: tell('engineDiscards', {}),
      });
    case 'reject': {
      const reply = smtpReply(550, '5.7.1', 'The message was refused');
      return decided(finding, 'reject', { detail: tell('engineRefuses', {}), reply });
    }
    case 'temporaryFailure': {
      const reply = smtpReply(451, '4.7.1', 'Try again later');
      return decided(finding, 'defer', { detail: tell('engineDefers', {}), reply });
    }
    case 'reply': {
      const reply = readReply(verdict.reply);
      const action = reply.code < 500 ? 'defer' : 'reject';
      return decided(finding, action, { detail: tell('engineReplies', { reply: verdict.reply }), reply });
    }
  }
}

/** The names come from outside; a few are enough. */
function tellUnchanged(names: readonly string[]): FindingDetail {
  if (names.length === 0) return tell('engineAccepts', {});
  return tell('engineWouldChange', { fields: names.slice(0, SHOWN_NAMES).join(', ') });
}

/** `550 5.7.1 words`; whatever else it says refuses. */
function readReply(text: string): SmtpReply {
  const match = /^([45]\d\d) (?:([45]\.\d{1,3}\.\d{1,3}) )?(.*)$/su.exec(text);
  if (match === null) return smtpReply(550, '5.7.1', text);
  const [, code = '', enhanced, words = ''] = match;
  return smtpReply(Number(code), enhanced ?? `${code.charAt(0)}.7.1`, words);
}

function decided(
  finding: Omit<CheckFinding, 'detail'>,
  action: 'quarantine' | 'reject' | 'defer',
  { detail, reply }: { detail: FindingDetail; reply?: SmtpReply },
): CheckFinding {
  return {
    ...finding,
    detail,
    decides: { action, rank: RANK.engine, ...(reply !== undefined && { reply }) },
  };
}

/** Folding white space that the milter wrote stays; anything else that would end the field goes. */
function formatField({ name, value }: MilterField): string {
  const lines = value.split(/\r?\n/u).map((line) => line.replace(/[^\t\x20-\x7e]/gu, '?'));
  return `${name}: ${lines.map((line, index) => (index === 0 || /^[ \t]/u.test(line) ? line : ` ${line}`)).join('\r\n')}\r\n`;
}

/**
 * Engines as checks: what rspamd, SpamAssassin, ClamAV and milters say, in our words.
 *
 * Flow: the settings' engines → protocol clients → findings. Invariants: an engine that gives no answer is `unavailable`, and what
 * happens then is the administrator's choice; malicious content is refused whatever else speaks for the message.
 */
import { tell, type FindingDetail } from '../../../base/finding-texts.ts';
import type { Result } from '../../../base/result.ts';
import { scanWithClamd } from '../../../protocol/clamd/clamd-client.ts';
import type { EngineProblem } from '../../../protocol/engine/engine-channel.ts';
import { askRspamd, type RspamdAnswer } from '../../../protocol/rspamd/rspamd-client.ts';
import { askSpamd } from '../../../protocol/spamd/spamd-client.ts';
import { smtpReply } from '../../../protocol/smtp/server/reply.ts';
import { piecesOf } from '../content/octet-pieces.ts';
import { RANK, type CheckFinding, type MessageFacts } from '../facts.ts';
import type { EngineKind, EngineSetting } from '../settings.ts';
import { optionsFor, type EngineContext } from './engine-context.ts';
import { showToMilter } from './milter-engine.ts';
import type { OutcomeOf } from '../findings.ts';

export type Ask = (
  engine: EngineSetting,
  facts: MessageFacts,
  context: EngineContext,
) => Promise<Result<readonly CheckFinding[], EngineProblem>>;

const ASK: Readonly<Record<EngineKind, Ask>> = {
  clamav: askClamav,
  spamassassin: askSpamassassin,
  rspamd: askRspamdEngine,
  milter: showToMilter,
};

/** Never rejects for what the engine does. */
export async function askEngine(
  engine: EngineSetting,
  facts: MessageFacts,
  context: EngineContext,
): Promise<readonly CheckFinding[]> {
  const check = engine.name;
  if (facts.octets.sizeBytes > engine.maxOctets) {
    const detail = tell('engineTooLarge', { octets: engine.maxOctets });
    return [{ check, outcome: 'tooLarge' satisfies OutcomeOf<'engine'>, weight: 0, detail }];
  }
  const answer = await ASK[engine.kind](engine, facts, context);
  return answer.ok ? answer.value : [unavailable(engine, answer.error.detail)];
}

/** No answer, and what policy makes of it. */
export function unavailable(engine: EngineSetting, detail: FindingDetail): CheckFinding {
  const finding = {
    check: engine.name,
    outcome: 'unavailable' satisfies OutcomeOf<'engine'>,
    weight: 0,
    detail,
  };
  if (engine.whenUnavailable === 'skip') return finding;
  const reply = smtpReply(451, '4.7.1', 'The message could not be checked now, try again later');
  return { ...finding, decides: { action: 'defer', rank: RANK.unavailable, reply } };
}

async function askClamav(
  engine: EngineSetting,
  facts: MessageFacts,
  context: EngineContext,
): ReturnType<Ask> {
  const answer = await scanWithClamd(optionsFor(engine, context), piecesOf(facts.octets));
  if (!answer.ok) return answer;
  if (answer.value.kind === 'clean') {
    const outcome = 'clean' satisfies OutcomeOf<'engine'>;
    return {
      ok: true,
      value: [{ check: engine.name, outcome, weight: 0, detail: 'it found nothing malicious' }],
    };
  }
  const { signature } = answer.value;
  const finding: CheckFinding = {
    check: engine.name,
    outcome: 'malicious' satisfies OutcomeOf<'engine'>,
    weight: 0,
    detail: tell('engineMalicious', { signature }),
    decides: {
      action: 'reject',
      rank: RANK.virus,
      reply: smtpReply(550, '5.7.1', `The message holds malicious content: ${signature}`),
    },
  };
  return { ok: true, value: [finding] };
}

async function askSpamassassin(
  engine: EngineSetting,
  { octets }: MessageFacts,
  context: EngineContext,
): ReturnType<Ask> {
  const message = { sizeBytes: octets.sizeBytes, octets: piecesOf(octets) };
  const answer = await askSpamd(optionsFor(engine, context), message);
  if (!answer.ok) return answer;
  const { score, threshold, symbols } = answer.value;
  return { ok: true, value: [scored(engine, { score, of: threshold, symbols })] };
}

async function askRspamdEngine(
  engine: EngineSetting,
  facts: MessageFacts,
  context: EngineContext,
): ReturnType<Ask> {
  const { octets, client, reversePath, recipients, traceId } = facts;
  const { password } = engine;
  const options = { ...optionsFor(engine, context), ...(password !== undefined && { password }) };
  const answer = await askRspamd(options, {
    octets: piecesOf(octets),
    sizeBytes: octets.sizeBytes,
    client: { address: client.address, hello: client.hello, name: null },
    reversePath,
    recipients,
    queueId: traceId,
    ...(client.account !== undefined && { user: client.account.address }),
  });
  return answer.ok ? { ok: true, value: readRspamd(engine, answer.value) } : answer;
}

/** Its `reject` and `soft reject` are its own thresholds, which its administrator has set: they count as ours do. */
function readRspamd(engine: EngineSetting, answer: RspamdAnswer): readonly CheckFinding[] {
  const { score, requiredScore, symbols, action } = answer;
  const finding = scored(engine, { score, of: requiredScore, symbols: symbols.map(({ name }) => name) });
  if (action === 'reject') {
    const reply = smtpReply(550, '5.7.1', 'The message was found to be junk');
    return [{ ...finding, decides: { action: 'reject', rank: RANK.engine, reply } }];
  }
  if (action === 'soft reject') {
    const reply = smtpReply(451, '4.7.1', 'Try again later');
    return [{ ...finding, decides: { action: 'defer', rank: RANK.engine, reply } }];
  }
  return [finding];
}

/** Symbols that a person reads. */
const SHOWN_SYMBOLS = 8;

function scored(
  engine: EngineSetting,
  { score, of, symbols }: { score: number; of: number; symbols: readonly string[] },
): CheckFinding {
  const names = symbols.slice(0, SHOWN_SYMBOLS).join(', ');
  return {
    check: engine.name,
    outcome: 'scored' satisfies OutcomeOf<'engine'>,
    weight: score * (engine.factor ?? 1),
    detail:
      names === ''
        ? tell('engineScore', { score, of })
        : tell('engineScoreFor', { score, of, symbols: names }),
  };
}

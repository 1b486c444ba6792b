/**
 * SpamdClient: asks SpamAssassin's spamd for its score.
 *
 * Protocol: SPAMC/1.5 (SpamAssassin's spamd/PROTOCOL), command SYMBOLS: the score and the names of the rules that matched.
 */
import type { Result } from '../../base/result.ts';
import {
  converse,
  EngineFailure,
  type EngineChannel,
  type EngineOptions,
  type EngineProblem,
  type OctetPieces,
} from '../engine/engine-channel.ts';

export interface SpamdAnswer {
  readonly isSpam: boolean;
  readonly score: number;
  /** From which score on spamd calls it spam. */
  readonly threshold: number;
  /** Names of rules, e.g. `BAYES_99`. */
  readonly symbols: readonly string[];
}

const MAX_LINE_OCTETS = 1024;
/** `Spam`, `Content-length` and a few more. */
const MAX_HEADER_LINES = 20;
/** Hundreds of rules with names of 30 characters. */
const MAX_BODY_OCTETS = 64 * 1024;

export interface SpamdMessage {
  readonly sizeBytes: number;
  readonly octets: OctetPieces;
  /** Whose preferences spamd is to use; absent: its own. */
  readonly user?: string;
}

export function askSpamd(
  options: EngineOptions,
  message: SpamdMessage,
): Promise<Result<SpamdAnswer, EngineProblem>> {
  return converse(options, async (channel) => {
    const user = message.user === undefined ? '' : `User: ${message.user}\r\n`;
    await channel.write(`SYMBOLS SPAMC/1.5\r\nContent-length: ${message.sizeBytes}\r\n${user}\r\n`);
    for await (const piece of message.octets) await channel.write(piece);
    await channel.flush();
    await readStatus(channel);
    const { score, length } = await readFields(channel);
    const body =
      length === null ? await channel.readToEnd(MAX_BODY_OCTETS) : await channel.readOctets(length);
    const symbols = body.toString('utf8').split(/[,\s]+/u);
    return { ...score, symbols: symbols.filter((symbol) => symbol !== '' && symbol !== 'none') };
  });
}

/** Whether it is there and speaks the protocol. */
export function pingSpamd(options: EngineOptions): Promise<Result<void, EngineProblem>> {
  return converse(options, async (channel) => {
    await channel.write('PING SPAMC/1.5\r\n\r\n');
    await channel.flush();
    const line = await channel.readLine(MAX_LINE_OCTETS);
    if (!/^SPAMD\/\S+ 0 PONG/u.test(line)) throw garbage(line);
  });
}

async function readStatus(channel: EngineChannel): Promise<void> {
  const line = await channel.readLine(MAX_LINE_OCTETS);
  const status = /^SPAMD\/\d+\.\d+ (\d+) (.*)$/u.exec(line);
  if (status === null) throw garbage(line);
  if (status[1] !== '0') throw new EngineFailure('refused', `it answered ${status[1]} ${status[2]}`);
}

async function readFields(channel: EngineChannel) {
  let score: Pick<SpamdAnswer, 'isSpam' | 'score' | 'threshold'> | null = null;
  let length: number | null = null;
  for (let lines = 0; ; lines++) {
    const line = await channel.readLine(MAX_LINE_OCTETS);
    if (line === '') break;
    if (lines === MAX_HEADER_LINES) throw new EngineFailure('garbage', 'its answer does not end');
    score ??= readScore(line);
    length ??= readLength(line);
  }
  if (score === null) throw new EngineFailure('garbage', 'its answer holds no score');
  return { score, length };
}

function readScore(line: string) {
  const match = /^Spam:\s*(True|False|Yes|No)\s*;\s*(-?\d+(?:\.\d+)?)\s*\/\s*(-?\d+(?:\.\d+)?)\s*$/iu.exec(
    line,
  );
  if (match === null) return null;
  const [, word = '', score = '', threshold = ''] = match;
  return { isSpam: /^(?:true|yes)$/iu.test(word), score: Number(score), threshold: Number(threshold) };
}

function readLength(line: string): number | null {
  const match = /^Content-length:\s*(\d{1,9})\s*$/iu.exec(line);
  if (match === null) return null;
  const length = Number(match[1]);
  if (length > MAX_BODY_OCTETS) throw new EngineFailure('garbage', 'its answer does not end');
  return length;
}

function garbage(line: string): EngineFailure {
  return new EngineFailure(
    'garbage',
    `it answered with something else: ${JSON.stringify(line.slice(0, 80))}`,
  );
}

/**
 * Command reader: gathers one command from lines and literals (RFC 9051 §4.3, RFC 7888).
 *
 * Flow: line channel → here → parser. Invariants: what is gathered is bounded; a literal that is refused is either not
 * asked for (synchronizing) or read and thrown away (non-synchronizing), so that the next command is read in its place.
 */
import type { LineChannel, ReadStop } from '../../connection/line-channel.ts';
import { readLiteralAnnouncement } from '../grammar/cursor.ts';
import type { LiteralAnnouncement } from '../grammar/cursor.ts';
import { announcesMessage } from '../grammar/parse-command.ts';
import { LITERAL_TIMEOUT_MS, MAX_COMMAND_LITERALS, MAX_LINE_OCTETS } from '../limits.ts';

export type CommandRead =
  | { readonly kind: 'command'; readonly text: string }
  /** Too long, or a literal too large; the rest of it was skipped where that was possible. `text` is what came before. */
  | { readonly kind: 'tooBig'; readonly text: string; readonly isRecoverable: boolean }
  | { readonly kind: ReadStop };

export interface ReadLimits {
  readonly timeoutMs: number;
  readonly literalOctets: number;
}

/** A refused literal up to this is skipped; beyond it the connection ends sooner. */
export const MAX_SKIPPED_OCTETS = 128 * 1024 * 1024;

/** The command continuation request for a synchronizing literal (RFC 9051 §7.6). */
export const GO_AHEAD = '+ Ready for the literal\r\n';

/** `begun` is called when the first line has come, and awaited before anything more is written or read. */
export async function readCommand(
  channel: LineChannel,
  limits: ReadLimits,
  begun: () => Promise<void> | undefined,
): Promise<CommandRead> {
  let text = '';
  let literalOctets = 0;
  for (let literals = 0; ; literals++) {
    const line = await channel.readLine(MAX_LINE_OCTETS, limits.timeoutMs);
    const beginning = literals === 0 ? begun() : undefined;
    if (beginning !== undefined) await beginning;
    if (line.kind === 'tooLong') return { kind: 'tooBig', text, isRecoverable: false };
    if (line.kind !== 'line') return line;
    text += line.text;
    const literal = readLiteralAnnouncement(line.text);
    if (literal === null || announcesMessage(text)) return { kind: 'command', text };
    literalOctets += literal.octets;
    if (literalOctets > limits.literalOctets || literals >= MAX_COMMAND_LITERALS) {
      return refuseLiteral(channel, text, literal);
    }
    if (literal.isSynchronizing) channel.write(GO_AHEAD);
    const octets = await gatherOctets(channel, literal.octets);
    if (typeof octets !== 'object') return { kind: octets };
    text += `\r\n${octets.toString('latin1')}`;
  }
}

/** The tag that a refused command has, where it can be read. */
export function tagOf(text: string): string | null {
  return /^[^ (){%*"\\+\u0000-\u001f\u007f-\uffff]+(?= )/.exec(text)?.[0] ?? null;
}

/** A literal's octets in memory: `count` is bounded by whoever asks. */
export async function gatherOctets(channel: LineChannel, count: number): Promise<Buffer | ReadStop> {
  const octets = Buffer.alloc(count);
  let length = 0;
  const stop = await channel.readOctets(count, LITERAL_TIMEOUT_MS, (chunk) => {
    octets.set(chunk, length);
    length += chunk.length;
  });
  return stop ?? octets;
}

async function refuseLiteral(
  channel: LineChannel,
  text: string,
  literal: LiteralAnnouncement,
): Promise<CommandRead> {
  if (literal.isSynchronizing) return { kind: 'tooBig', text, isRecoverable: true };
  if (literal.octets > MAX_SKIPPED_OCTETS) return { kind: 'tooBig', text, isRecoverable: false };
  const stop = await skipLiteral(channel, literal.octets);
  return stop === null ? { kind: 'tooBig', text, isRecoverable: true } : { kind: stop };
}

/** Throws a literal and the line that follows it away; further literals of that line are beyond help. */
async function skipLiteral(channel: LineChannel, octets: number): Promise<ReadStop | null> {
  const stop = await channel.readOctets(octets, LITERAL_TIMEOUT_MS, () => undefined);
  if (stop !== null) return stop;
  const line = await channel.readLine(MAX_LINE_OCTETS, LITERAL_TIMEOUT_MS);
  if (line.kind === 'line' || line.kind === 'tooLong') return null;
  return line.kind;
}

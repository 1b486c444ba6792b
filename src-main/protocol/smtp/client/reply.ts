/**
 * Replies of an SMTP server as the client reads them (RFC 5321 §4.2), with enhanced status codes (RFC 2034, RFC 3463).
 *
 * Invariants: a parsed code is 200 to 599; an enhanced code belongs to the class of its reply code, or it is not one.
 */
import { MAX_DIAGNOSTIC_CHARACTERS } from './limits.ts';

export interface ServerReply {
  readonly code: number;
  /** As the server gave it, or null. */
  readonly enhanced: string | null;
  /** Texts of the lines, without codes. */
  readonly lines: readonly string[];
}

export interface ReplyLine {
  readonly code: number;
  readonly isLast: boolean;
  readonly text: string;
}

const LINE = /^([2-5][0-9]{2})(?:([ -])(.*))?$/su;
const ENHANCED = /^([245])\.\d{1,3}\.\d{1,3}(?= |$)/u;

/** Reads one line, without its line end; null where it is none. */
export function parseReplyLine(line: string): ReplyLine | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  return { code: Number(match[1]), isLast: match[2] !== '-', text: match[3] ?? '' };
}

/** Puts the lines of one reply together. */
export function joinReply(code: number, texts: readonly string[]): ServerReply {
  const status = ENHANCED.exec(texts[0] ?? '');
  if (status === null || status[1] !== String(code).charAt(0)) return { code, enhanced: null, lines: texts };
  const [enhanced] = status;
  const lines = texts.map((text) =>
    text.startsWith(enhanced) ? text.slice(enhanced.length).trimStart() : text,
  );
  return { code, enhanced, lines };
}

/** 2yz: the command did what it should. */
export function isAccepted(reply: ServerReply): boolean {
  return reply.code < 300;
}

/** RFC 3463 §2: where the server gave no enhanced status code, its class is all we know. */
export function statusOf(reply: ServerReply): string {
  return reply.enhanced ?? `${Math.floor(reply.code / 100)}.0.0`;
}

/** The reply on one line, as DSNs and timelines show it. */
export function describeReply(reply: ServerReply): string {
  const parts = [String(reply.code), reply.enhanced ?? '', ...reply.lines];
  const text = parts.filter((part) => part !== '').join(' ');
  return text.length <= MAX_DIAGNOSTIC_CHARACTERS ? text : `${text.slice(0, MAX_DIAGNOSTIC_CHARACTERS)}…`;
}

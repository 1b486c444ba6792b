/**
 * Tokens: what a message is learned and recognised by: words of subject and body, runs of two CJK characters, who it is from, hosts of
 * its links, how it is built.
 *
 * Invariants: the same octets give the same tokens; each once; at most MAX_TOKENS; a token is a number of 48 bits, so that nobody can
 * read mail from what was learned.
 */
import type { MessageOctets } from '../../content/message-octets.ts';
import type { MessageText } from '../content/message-text.ts';
import { leavesOf } from '../content/message-text.ts';

/** A long newsletter has some thousand words; what counts stands at its start. */
const MAX_TOKENS = 1500;
/** Words of a body that are looked at. */
const MAX_BODY_CHARACTERS = 40_000;
const SHORTEST_WORD = 3;
const LONGEST_WORD = 24;

const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|[\p{L}\p{N}$€£¥%!'-]+/gu;
const CJK = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

export function tokensOf(octets: MessageOctets, text: MessageText): readonly number[] {
  const tokens = new Set<number>();
  for (const word of words(octets, text)) {
    tokens.add(hashToken(word));
    if (tokens.size === MAX_TOKENS) break;
  }
  return [...tokens];
}

function* words({ index }: MessageOctets, text: MessageText): Generator<string> {
  for (const { mailbox, host, name } of index.envelope.from) {
    if (host !== null) yield* [`from:${mailbox}@${host}`.toLowerCase(), `from-domain:${host}`.toLowerCase()];
    if (name !== null) yield* prefixed('from', wordsOf(name));
  }
  yield* prefixed('subject', wordsOf(index.subject));
  for (const { host } of text.links) yield `link:${host}`;
  for (const name of ['x-mailer', 'user-agent', 'list-id', 'content-language']) {
    for (const body of text.fields(name)) yield `${name}:${body.slice(0, LONGEST_FIELD)}`;
  }
  for (const { type, subtype } of leavesOf(index.root)) yield `part:${type}/${subtype}`;
  yield* wordsOf(text.body.slice(0, MAX_BODY_CHARACTERS));
}

const LONGEST_FIELD = 60;

function* prefixed(prefix: string, texts: Iterable<string>): Generator<string> {
  for (const text of texts) yield `${prefix}:${text}`;
}

/** Lower case; Chinese and Japanese have no spaces, so two characters next to each other stand for a word. */
export function* wordsOf(text: string): Generator<string> {
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (CJK.test(run)) yield* pairsOf(run);
    else if (run.length >= SHORTEST_WORD && run.length <= LONGEST_WORD) yield run;
  }
}

function* pairsOf(run: string): Generator<string> {
  const characters = [...run];
  if (characters.length === 1) yield run;
  for (let at = 0; at + 1 < characters.length; at++) yield `${characters[at]}${characters[at + 1]}`;
}

/** 48 bits: two runs of FNV-1a with different beginnings, 24 bits of each. */
export function hashToken(text: string): number {
  let first = 0x811c_9dc5;
  let second = 0x1234_5677;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    first = Math.imul(first ^ code, 0x0100_0193);
    second = Math.imul(second ^ code, 0x0100_0193) ^ (second >>> 15);
  }
  return ((first ^ (first >>> 8)) & 0xff_ffff) * 0x100_0000 + ((second ^ (second >>> 8)) & 0xff_ffff);
}

/** Tells messages apart by what they teach. */
export function messageKey(octets: MessageOctets, tokens: readonly number[]): number {
  return hashToken(`${octets.index.envelope.messageId ?? ''} ${tokens.join(' ')}`);
}

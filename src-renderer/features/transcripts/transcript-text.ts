/** Transcript text: a dialogue as lines to show, to search, to copy and to download. */
import type {
  SessionTranscript,
  TranscriptLine,
  TranscriptPhase,
} from '../../../src-main/contract/transcripts.ts';
import { t } from '../../locales/text.ts';

/** What stands where a password was (src-main/protocol/connection/session.ts). */
export const MASK = '[hidden]';

const PREFIXES: Readonly<Record<TranscriptLine['kind'], string>> = {
  client: 'C:',
  server: 'S:',
  content: '··',
  note: '--',
};

export function prefixOf(line: TranscriptLine): string {
  return PREFIXES[line.kind];
}

/** Whether the server refuses something in this line. RFC 5321 §4.2.1, RFC 9051 §7.1, RFC 1939 §3. */
export function isErrorLine(line: TranscriptLine): boolean {
  return line.kind === 'server' && /^(?:[45]\d\d[ -]|-ERR\b|\S+ (?:NO|BAD)\b)/.test(line.text);
}

export interface ShownLine {
  readonly line: TranscriptLine;
  readonly index: number;
  /** Nobody said anything for so long before it; 0 where that is nothing to tell. */
  readonly waitMs: number;
}

export interface PhaseGroup {
  readonly key: string;
  readonly phase: TranscriptPhase;
  readonly lines: readonly ShownLine[];
}

/** Shorter ones are how machines talk. */
const WAIT_MS = 1_000;

/** What is stored of a content: `client 4096`, and its beginning below where that is recorded. */
export function contentOf(text: string): {
  readonly from: 'client' | 'server';
  readonly octets: number;
  readonly excerpt: string;
} {
  const end = text.indexOf('\n');
  const [from, octets] = (end === -1 ? text : text.slice(0, end)).split(' ');
  const excerpt = end === -1 ? '' : text.slice(end + 1);
  return { from: from === 'server' ? 'server' : 'client', octets: Number(octets ?? 0), excerpt };
}

/** The line that a timeline means: the one that names the message, else the last one said by then. */
export function lineMeant(
  { summary, lines }: SessionTranscript,
  { traceId, at }: { readonly traceId: string; readonly at: number },
): number | null {
  const named = traceId === '' ? -1 : lines.findIndex(({ text }) => text.includes(traceId));
  if (named !== -1) return named;
  const last = at === 0 ? -1 : lines.findLastIndex(({ offsetMs }) => summary.startedAt + offsetMs <= at);
  return last === -1 ? null : last;
}

/** Neighbouring lines of one phase together. */
export function groupByPhase(lines: readonly TranscriptLine[]): readonly PhaseGroup[] {
  const groups: { key: string; phase: TranscriptPhase; lines: ShownLine[] }[] = [];
  lines.forEach((line, index) => {
    const gap = line.offsetMs - (lines[index - 1]?.offsetMs ?? line.offsetMs);
    const shown = { line, index, waitMs: gap > WAIT_MS ? gap : 0 };
    const last = groups.at(-1);
    if (last?.phase === line.phase) last.lines.push(shown);
    else groups.push({ key: `${String(index)} ${line.phase}`, phase: line.phase, lines: [shown] });
  });
  return groups;
}

/** `0.142` seconds since the session began. */
export function formatOffset(ms: number): string {
  return (ms / 1000).toFixed(3);
}

export interface Piece {
  readonly text: string;
  readonly isMask: boolean;
  readonly isMatch: boolean;
}

/** A line cut into plain text, masks, and what is searched for. */
export function cutLine(text: string, wanted: string): readonly Piece[] {
  return text.split(MASK).flatMap((part, i) => {
    const pieces = cutMatches(part, wanted);
    return i === 0 ? pieces : [{ text: MASK, isMask: true, isMatch: false }, ...pieces];
  });
}

function cutMatches(text: string, wanted: string): readonly Piece[] {
  if (wanted === '') return text === '' ? [] : [{ text, isMask: false, isMatch: false }];
  const pieces: Piece[] = [];
  const haystack = text.toLowerCase();
  const needle = wanted.toLowerCase();
  let from = 0;
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), isMask: false, isMatch: false });
    pieces.push({ text: text.slice(at, at + needle.length), isMask: false, isMatch: true });
    from = at + needle.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isMask: false, isMatch: false });
  return pieces;
}

/** The whole dialogue for programs. */
export function transcriptAsJson(transcript: SessionTranscript): string {
  return `${JSON.stringify(transcript, null, 2)}\n`;
}

/** The whole dialogue as a text file. */
export function transcriptAsText({ summary, lines, omittedLines }: SessionTranscript): string {
  const head = [
    `${t(`transcripts.protocols.${summary.protocol}`)} ${summary.remoteAddress}:${String(summary.remotePort)}`,
    new Date(summary.startedAt).toISOString(),
    summary.remoteName,
    summary.account,
    summary.tls === null ? null : `${summary.tls.version} ${summary.tls.cipher}`,
  ].filter((part) => part !== null);
  const body = lines.map(
    (line) => `${formatOffset(line.offsetMs).padStart(9)} ${prefixOf(line)} ${line.text}`,
  );
  const omitted = omittedLines === 0 ? [] : [t('transcripts.omitted', { count: omittedLines })];
  return [`# ${head.join(', ')}`, ...body, ...omitted, ''].join('\n');
}

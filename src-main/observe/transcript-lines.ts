/**
 * Lines of a transcript as they are stored: a JSON list of [offset, kind, phase, text], a third of what objects would take.
 *
 * Invariants: whatever text was stored can be read, also lists of objects as earlier versions wrote them.
 */
import type { TranscriptPhase } from '../protocol/connection/session.ts';
import type { TranscriptLine, TranscriptLineKind } from './port.ts';

const KINDS: readonly TranscriptLineKind[] = ['client', 'server', 'content', 'note'];
const PHASES: readonly TranscriptPhase[] = [
  'connect',
  'tls',
  'sign-in',
  'envelope',
  'content',
  'mailbox',
  'close',
];

type StoredLine = readonly [offsetMs: number, kind: number, phase: number, text: string];

export function encodeLines(lines: readonly TranscriptLine[]): string {
  return JSON.stringify(
    lines.map(({ offsetMs, kind, phase, text }): StoredLine => [
      offsetMs,
      KINDS.indexOf(kind),
      PHASES.indexOf(phase),
      text,
    ]),
  );
}

export function decodeLines(stored: string): readonly TranscriptLine[] {
  return (JSON.parse(stored) as readonly (StoredLine | TranscriptLine)[]).map(decodeLine);
}

function decodeLine(line: StoredLine | TranscriptLine): TranscriptLine {
  if ('text' in line) return line;
  const [offsetMs, kind, phase, text] = line;
  return { offsetMs, kind: KINDS[kind] ?? 'note', phase: PHASES[phase] ?? 'connect', text };
}

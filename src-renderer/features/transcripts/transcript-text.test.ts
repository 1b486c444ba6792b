import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TranscriptLine } from '../../../src-main/contract/transcripts.ts';
import { contentOf, cutLine, groupByPhase, isErrorLine, lineMeant } from './transcript-text.ts';

const server = (text: string): TranscriptLine => ({ offsetMs: 0, kind: 'server', phase: 'envelope', text });

describe('error lines', () => {
  it.each([
    '550 5.7.1 Relaying denied',
    '421 4.3.2 Stopping',
    '-ERR [AUTH] no',
    '5 NO [NONEXISTENT] no',
    '* BAD no',
    'a1 BAD no',
  ])('sees that %j refuses', (text) => expect(isErrorLine(server(text))).toBe(true));

  it.each([
    '250 OK',
    '250-SIZE 500',
    '+OK 4 messages',
    '* OK ready',
    'a1 OK done',
    '* 5 EXISTS',
    '354 go on',
    '+ idling',
  ])('sees that %j does not', (text) => expect(isErrorLine(server(text))).toBe(false));

  it('never takes what a client said for a refusal', () => {
    expect(isErrorLine({ ...server('550 hello'), kind: 'client' })).toBe(false);
  });
});

describe('cutting lines', () => {
  it('shows a mask as such and marks what is searched for', () => {
    expect(cutLine('AUTH PLAIN [hidden]', 'plain')).toEqual([
      { text: 'AUTH ', isMask: false, isMatch: false },
      { text: 'PLAIN', isMask: false, isMatch: true },
      { text: ' ', isMask: false, isMatch: false },
      { text: '[hidden]', isMask: true, isMatch: false },
    ]);
  });

  it('loses no character of a line, whatever is searched for', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, wanted) => {
        const pieces = cutLine(text, wanted);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});

it('groups neighbouring lines of a phase and keeps their order', () => {
  const lines = (['connect', 'connect', 'tls', 'connect'] as const).map((phase, i) => ({
    ...server(String(i)),
    phase,
  }));
  expect(groupByPhase(lines).map((group) => [group.phase, group.lines.map((each) => each.index)])).toEqual([
    ['connect', [0, 1]],
    ['tls', [2]],
    ['connect', [3]],
  ]);
});

describe('what a timeline means', () => {
  const line = (offsetMs: number, text: string) =>
    ({ offsetMs, kind: 'server', phase: 'envelope', text }) as const;
  const transcript = {
    summary: { startedAt: 1_000 },
    lines: [line(0, '220 hello'), line(50, '250 Ok: queued as abc'), line(3_000, '221 bye')],
  } as never;

  it('is the line that names the message, else the last one said by then', () => {
    expect(lineMeant(transcript, { traceId: 'abc', at: 9_000 })).toBe(1);
    expect(lineMeant(transcript, { traceId: 'other', at: 1_060 })).toBe(1);
    expect(lineMeant(transcript, { traceId: '', at: 0 })).toBeNull();
    expect(lineMeant(transcript, { traceId: '', at: 500 })).toBeNull();
  });

  it('shows waits of more than a second, and what is recorded of content', () => {
    const [group] = groupByPhase((transcript as { lines: never }).lines);
    expect(group?.lines.map(({ waitMs }) => waitMs)).toEqual([0, 0, 2_950]);
    expect(contentOf('client 4096')).toEqual({ from: 'client', octets: 4_096, excerpt: '' });
    expect(contentOf('server 9\nhello\nthere')).toEqual({
      from: 'server',
      octets: 9,
      excerpt: 'hello\nthere',
    });
  });
});

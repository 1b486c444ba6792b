import { expect, test } from 'vitest';
import { answerAfter, FakeEngine, piecesOf } from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import { askSpamd, pingSpamd } from './spamd-client.ts';

const TEXT = 'Subject: hello\r\n\r\nbody\r\n';

function options(engine: FakeEngine) {
  const target = { kind: 'tcp', host: '127.0.0.1', port: 783 } as const;
  return { connect: engine.connect, clock: new ManualClock(), timeoutMs: 5000, target };
}

function ask(answer: string) {
  const engine = new FakeEngine(answerAfter('body\r\n', answer));
  const message = { sizeBytes: TEXT.length, octets: piecesOf(TEXT), user: 'nobody' };
  return { engine, result: askSpamd(options(engine), message) };
}

test('the score and the rules that matched come back', async () => {
  const { engine, result } = ask(
    'SPAMD/1.1 0 EX_OK\r\nContent-length: 26\r\nSpam: True ; 15.2 / 5.0\r\n\r\nBAYES_99,URIBL_BLACK,GTUBE',
  );
  expect(await result).toEqual({
    ok: true,
    value: { isSpam: true, score: 15.2, threshold: 5, symbols: ['BAYES_99', 'URIBL_BLACK', 'GTUBE'] },
  });
  const said = engine.received.toString();
  expect(said).toBe(`SYMBOLS SPAMC/1.5\r\nContent-length: ${TEXT.length}\r\nUser: nobody\r\n\r\n${TEXT}`);
});

test('ham without rules has none', async () => {
  const { result } = ask('SPAMD/1.1 0 EX_OK\r\nSpam: False ; -0.1 / 5.0\r\n\r\nnone\r\n');
  expect(await result).toMatchObject({ ok: true, value: { isSpam: false, score: -0.1, symbols: [] } });
});

test.each([
  ['an error of its own', 'SPAMD/1.0 74 EX_IOERR\r\n\r\n', 'refused'],
  ['no score', 'SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\n\r\n', 'garbage'],
  [
    'a body without end',
    'SPAMD/1.1 0 EX_OK\r\nContent-length: 99999999\r\nSpam: True ; 9 / 5\r\n\r\n',
    'garbage',
  ],
  ['less than it says', 'SPAMD/1.1 0 EX_OK\r\nContent-length: 9\r\nSpam: True ; 9 / 5\r\n\r\nA', 'closed'],
  ['header lines without end', `SPAMD/1.1 0 EX_OK\r\n${'X: y\r\n'.repeat(50)}`, 'garbage'],
])('%s is a problem', async (_name, answer, kind) => {
  expect(await ask(answer).result).toMatchObject({ ok: false, error: { kind } });
});

test('a ping is answered by a pong', async () => {
  const engine = new FakeEngine(answerAfter('\r\n\r\n', 'SPAMD/1.5 0 PONG\r\n'));
  expect(await pingSpamd(options(engine))).toEqual({ ok: true, value: undefined });
});

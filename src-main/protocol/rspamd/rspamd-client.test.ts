import { expect, test } from 'vitest';
import { answerAfter, FakeEngine, piecesOf } from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import { askRspamd, pingRspamd } from './rspamd-client.ts';

const TEXT = 'Subject: hello\r\n\r\nbody\r\n';

function options(engine: FakeEngine) {
  const target = { kind: 'tcp', host: '127.0.0.1', port: 11_333 } as const;
  return { connect: engine.connect, clock: new ManualClock(), timeoutMs: 5000, target };
}

function http(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function ask(answer: string) {
  const engine = new FakeEngine(answerAfter('body\r\n', answer));
  const message = {
    client: { address: '192.0.2.7', hello: 'mx.example', name: null },
    reversePath: 'a@example',
    recipients: ['tom@server1.com', 'anna@server1.com'],
    queueId: 'id1',
    sizeBytes: TEXT.length,
    octets: piecesOf(TEXT),
  };
  return { engine, result: askRspamd({ ...options(engine), password: 'pw' }, message) };
}

test('the envelope goes as header fields, the score and the symbols come back', async () => {
  const body = JSON.stringify({
    score: 7.5,
    required_score: 15,
    action: 'add header',
    symbols: { R_SPF_FAIL: { score: 1 }, MIME_GOOD: { score: -0.1, options: ['text/plain'] }, ODD: 3 },
  });
  const { engine, result } = ask(http(body));
  expect(await result).toEqual({
    ok: true,
    value: {
      score: 7.5,
      requiredScore: 15,
      action: 'add header',
      symbols: [
        { name: 'R_SPF_FAIL', score: 1 },
        { name: 'MIME_GOOD', score: -0.1 },
      ],
    },
  });
  const said = engine.received.toString();
  expect(said).toMatch(/^POST \/checkv2 HTTP\/1\.1\r\n/);
  for (const line of [
    'IP: 192.0.2.7',
    'Helo: mx.example',
    'From: a@example',
    'Password: pw',
    'Queue-Id: id1',
  ]) {
    expect(said).toContain(`\r\n${line}\r\n`);
  }
  expect(said.match(/\r\nRcpt: /g)).toHaveLength(2);
  expect(said.endsWith(`\r\n\r\n${TEXT}`)).toBe(true);
});

test.each([
  ['JSON of another shape', http('{"score":"high"}'), 'garbage'],
  ['no JSON', http('<html>'), 'garbage'],
  ['a refusal', http('forbidden', '403 Forbidden'), 'refused'],
  ['less than it says', 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"score"', 'closed'],
])('%s is a problem', async (_name, answer, kind) => {
  expect(await ask(answer).result).toMatchObject({ ok: false, error: { kind } });
});

test('a ping is answered by a pong', async () => {
  const engine = new FakeEngine(answerAfter('\r\n\r\n', http('pong\r\n')));
  expect(await pingRspamd(options(engine))).toEqual({ ok: true, value: undefined });
});

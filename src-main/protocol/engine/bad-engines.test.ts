import { describe, expect, test } from 'vitest';
import {
  answerAfter,
  endless,
  FakeEngine,
  piecesOf,
  refusingConnect,
  silent,
  type EngineManner,
} from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import type { Result } from '../../base/result.ts';
import { readClamdVersion, scanWithClamd } from '../clamd/clamd-client.ts';
import type { Connect } from '../connection/outgoing-connection.ts';
import { askMilter, pingMilter } from '../milter/milter-client.ts';
import { askRspamd, pingRspamd } from '../rspamd/rspamd-client.ts';
import { askSpamd, pingSpamd } from '../spamd/spamd-client.ts';
import type { EngineOptions, EngineProblem } from './engine-channel.ts';

const TEXT = 'Subject: hello\r\n\r\nbody\r\n';
const client = { address: '192.0.2.7', name: 'mx.example', hello: 'mx.example', port: 4711 };
const envelope = { client, reversePath: 'a@example', recipients: ['tom@server1.com'], queueId: 'id1' };

type Ask = (options: EngineOptions) => Promise<Result<unknown, EngineProblem>>;
const asks: Readonly<Record<string, Ask>> = {
  'clamd, scanning': (options) => scanWithClamd(options, piecesOf(TEXT)),
  'clamd, its version': readClamdVersion,
  'spamd, scoring': (options) => askSpamd(options, { sizeBytes: TEXT.length, octets: piecesOf(TEXT) }),
  'spamd, ping': pingSpamd,
  'rspamd, scoring': (options) =>
    askRspamd(options, { ...envelope, sizeBytes: TEXT.length, octets: piecesOf(TEXT) }),
  'rspamd, ping': pingRspamd,
  'a milter': (options) =>
    askMilter(options, { ...envelope, hostname: 'mail', header: [], body: piecesOf('body\r\n') }),
  'a milter, ping': pingMilter,
};

function asking(ask: Ask, connect: Connect, clock = new ManualClock()) {
  return ask({ connect, clock, timeoutMs: 5000, target: { kind: 'tcp', host: '127.0.0.1', port: 1 } });
}

/** The wire is read for as long as it takes several turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(Object.entries(asks))('%s', (_name, ask) => {
  test('a program that is not there is a problem, at once', async () => {
    const result = await asking(ask, refusingConnect);
    expect(result).toEqual({
      ok: false,
      error: { kind: 'unreachable', detail: 'the host refused the connection' },
    });
  });

  test('a program that says nothing costs the time that it is given, and no connection stays', async () => {
    const clock = new ManualClock();
    const engine = new FakeEngine(silent);
    const result = asking(ask, engine.connect, clock);
    await settle();
    clock.advance(5000);
    expect(await result).toMatchObject({ ok: false, error: { kind: 'tooSlow' } });
    await settle();
    expect(engine.open).toBe(0);
  });

  test('a connection that never opens costs the same', async () => {
    const clock = new ManualClock();
    const result = asking(ask, () => new Promise(() => undefined), clock);
    clock.advance(5000);
    expect(await result).toMatchObject({ ok: false, error: { kind: 'tooSlow' } });
  });

  test.each<[string, EngineManner]>([
    ['closes without a word', (socket) => void socket.resume().end()],
    ['speaks another protocol', answerAfter('', '220 mx.example ESMTP\r\n')],
    ['answers NULs', answerAfter('', new Uint8Array(100))],
    ['answers half a line', answerAfter('', 'SPAMD/1')],
    ['answers without end', endless],
  ])('a program that %s is a problem', async (_manner, manner) => {
    const engine = new FakeEngine(manner);
    const clock = new ManualClock();
    const result = asking(ask, engine.connect, clock);
    await settle();
    clock.advance(5000);
    expect((await result).ok).toBe(false);
    await settle();
    expect(engine.open).toBe(0);
  });
});

import { expect, test } from 'vitest';
import { answerAfter, FakeEngine, piecesOf } from '../../../test/support/fake-engine.ts';
import { ManualClock } from '../../base/clock.ts';
import { readClamdVersion, scanWithClamd } from './clamd-client.ts';

const END = '\0\0\0\0';

function scan(answer: string, ...pieces: readonly string[]) {
  const engine = new FakeEngine(answerAfter(END, answer));
  const options = {
    connect: engine.connect,
    clock: new ManualClock(),
    timeoutMs: 5000,
    target: { kind: 'local', path: '/run/clamav/clamd.ctl' } as const,
  };
  return { engine, result: scanWithClamd(options, piecesOf(...pieces)) };
}

test('a message goes in pieces with their lengths, and a clean one is clean', async () => {
  const { engine, result } = scan('stream: OK\0', 'one', 'more');
  expect(await result).toEqual({ ok: true, value: { kind: 'clean' } });
  expect(engine.received.toString('latin1')).toBe('zINSTREAM\0\0\0\0\x03one\0\0\0\x04more\0\0\0\0');
  expect(engine.targets[0]).toMatchObject({ address: '/run/clamav/clamd.ctl', port: 0 });
});

test('a large piece is cut', async () => {
  const { engine, result } = scan('stream: OK\0', 'x'.repeat(100_000));
  await result;
  expect(engine.received.length).toBe(10 + 2 * 4 + 100_000 + 4);
});

test('what is found is named', async () => {
  const { result } = scan('stream: Win.Test.EICAR_HDB-1 FOUND\0', 'x');
  expect(await result).toEqual({ ok: true, value: { kind: 'found', signature: 'Win.Test.EICAR_HDB-1' } });
});

test('a message beyond StreamMaxLength is not called clean', async () => {
  const { result } = scan('INSTREAM size limit exceeded. ERROR\0', 'x');
  expect(await result).toMatchObject({ ok: false, error: { kind: 'refused' } });
});

test('its version is asked for by a test', async () => {
  const engine = new FakeEngine(answerAfter('zVERSION\0', 'ClamAV 1.0.7/27472/Tue Nov 26 2024\0'));
  const options = { connect: engine.connect, clock: new ManualClock(), timeoutMs: 5000 };
  const target = { kind: 'tcp', host: '127.0.0.1', port: 3310 } as const;
  const version = await readClamdVersion({ ...options, target });
  expect(version).toEqual({ ok: true, value: 'ClamAV 1.0.7/27472/Tue Nov 26 2024' });
});

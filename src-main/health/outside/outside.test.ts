import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { goodHost } from '../../../test/support/health-scene.ts';
import { memoryResolver } from '../../../test/support/memory-resolver.ts';
import { ManualClock } from '../../base/clock.ts';
import { systemClock } from '../../host/system-clock.ts';
import { lookAtWeb } from '../probes/look-at-web.ts';
import type { SmtpTarget } from '../tools.ts';
import { OutsideHelper } from './outside-helper.ts';
import { readAnswer, readQuestion } from './protocol.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function start() {
  const clock = new ManualClock();
  const looked: SmtpTarget[] = [];
  const helper = new OutsideHelper({
    clock,
    look: (target) => {
      looked.push(target);
      return Promise.resolve(goodHost());
    },
  });
  const server = createServer((request, response) => void helper.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const { port } = server.address() as { port: number };
  const ask = (body: string, method: 'GET' | 'POST' = 'POST') =>
    lookAtWeb(
      { method, url: `http://helper.example:${port}/`, body },
      { resolver: memoryResolver({ 'helper.example': { A: ['127.0.0.1'] } }), clock: systemClock },
    );
  return { ask, looked, clock };
}

describe('the helper outside', () => {
  it('looks at the port of whoever asks, and of nobody else', async () => {
    const { ask, looked } = await start();
    const answer = readAnswer(await ask('{"port":25,"address":"198.51.100.1"}'));
    expect(looked).toEqual([{ address: '127.0.0.1', port: 25, serverName: null }]);
    expect(answer).toMatchObject({
      kind: 'answered',
      address: '127.0.0.1',
      look: { kind: 'answered', name: 'mail.example.com' },
    });
  });

  it.each(['', '{}', '{"port":22}', '{"port":"25"}', 'null', '[25]', 'x'.repeat(5_000)])(
    'refuses what it does not understand: %j',
    async (body) => {
      const { ask, looked } = await start();
      expect(await ask(body)).toMatchObject({ status: 400 });
      expect(looked).toEqual([]);
    },
  );

  it('refuses to be looked at', async () => {
    const { ask } = await start();
    expect(await ask('{"port":25}', 'GET')).toMatchObject({ status: 400 });
  });

  it('looks a few times a minute', async () => {
    const { ask, clock } = await start();
    const statuses: unknown[] = [];
    for (let index = 0; index < 7; index++) {
      const look = await ask('{"port":25}');
      statuses.push(look.kind === 'answered' && look.status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    clock.advance(60_000);
    expect(await ask('{"port":25}')).toMatchObject({ status: 200 });
  });
});

describe('its answer', () => {
  const seen = (body: string, status = 200) =>
    readAnswer({ kind: 'answered', status, type: 'application/json', body });

  it('is believed as far as it has the form', () => {
    const look = { kind: 'unreachable', reason: 'the host did not answer', extra: 1 };
    expect(seen(JSON.stringify({ address: '2001:db8::5', look }))).toEqual({
      kind: 'answered',
      address: '2001:db8::5',
      look: { kind: 'unreachable', reason: 'the host did not answer' },
    });
    const other = { kind: 'otherProtocol', greeting: 'x'.repeat(5_000) };
    expect(JSON.stringify(seen(JSON.stringify({ address: '192.0.2.1', look: other }))).length).toBeLessThan(
      500,
    );
  });

  it.each([
    '',
    'null',
    '{}',
    '{"address":"192.0.2.1"}',
    '{"address":"nobody","look":{"kind":"unreachable"}}',
    '{"address":"192.0.2.1","look":{"kind":"x"}}',
  ])('is none where it is %j', (body) => {
    expect(seen(body).kind).toBe('failed');
  });

  it('is none where it was refused or did not come', () => {
    expect(seen('{}', 429)).toEqual({ kind: 'failed', reason: 'it answered 429' });
    expect(readAnswer({ kind: 'failed', reason: 'x', isCertificate: false })).toEqual({
      kind: 'failed',
      reason: 'x',
    });
  });

  it('does no harm, whatever it is', () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        expect(['answered', 'failed']).toContain(seen(body).kind);
        const question = readQuestion(body);
        expect(question === null || question.port > 0).toBe(true);
      }),
    );
  });
});

import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startOutsideHelper, type RunningOutsideHelper } from '../host/outside-helper.ts';
import { readSetup } from './outside-helper.ts';

let helper: RunningOutsideHelper | undefined;
afterEach(async () => helper?.stop());

describe('postroom outside-helper', () => {
  it('listens where it is told to', async () => {
    expect(await readSetup(['outside-helper'])).toMatchObject({
      ok: true,
      value: { address: '0.0.0.0', port: 8026, tls: null },
    });
    expect(await readSetup(['outside-helper', '--listen', '[::1]:9000'])).toMatchObject({
      value: { address: '::1', port: 9000 },
    });
  });

  it.each([
    [['--listen', 'nowhere'], '--listen nowhere'],
    [['--cert', '/tmp/x.pem'], '--cert and --key belong together'],
    [['--cert', '/nowhere/x', '--key', '/nowhere/y'], 'ENOENT'],
    [['--what'], '--what'],
  ])('says what it does not understand: %j', async (args, words) => {
    const setup = await readSetup(['outside-helper', ...args]);
    expect(!setup.ok && setup.error).toContain(words);
  });

  it('answers over HTTP with what it sees of the asker', async () => {
    helper = await startOutsideHelper({
      address: '127.0.0.1',
      port: 0,
      tls: null,
      hostname: 'helper.example',
    });
    const reply = await fetch(helper.url, { method: 'POST', body: '{"port":587}' });
    expect(await reply.json()).toMatchObject({
      address: '127.0.0.1',
      look: { kind: expect.any(String) as string },
    });
  });

  it('cannot begin where somebody else listens', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(
      startOutsideHelper({ address: '127.0.0.1', port, tls: null, hostname: 'x' }),
    ).rejects.toThrow('EADDRINUSE');
    other.close();
  });
});

import { describe, expect, it } from 'vitest';
import { MemoryTranscripts } from '../../../../test/support/memory-transcripts.ts';
import { ScriptedServer } from '../../../../test/support/scripted-server.ts';
import { ManualClock } from '../../../base/clock.ts';
import type { DnsResolver, LookUp } from '../../../protocol/dns/resolver.ts';
import type { NextHop } from '../../routing/port.ts';
import { testConnection, type ConnectionEvent } from './connection-test.ts';

const HOP: NextHop = {
  kind: 'hosts',
  hosts: [{ host: 'smtp.provider.example', port: 587 }],
  tls: 'none',
  mustVerify: false,
};

function resolver(addresses: readonly string[]): DnsResolver {
  const found = <T>(records: readonly T[]): Promise<LookUp<T>> =>
    Promise.resolve(records.length === 0 ? { kind: 'noSuchName' } : { kind: 'found', records });
  return {
    mx: () => Promise.resolve({ kind: 'noSuchName' }),
    a: () => found(addresses),
    aaaa: () => found<string>([]),
    txt: () => Promise.resolve({ kind: 'noSuchName' }),
    ptr: () => Promise.resolve({ kind: 'noSuchName' }),
  };
}

async function run(hop: NextHop, server: ScriptedServer, addresses = ['192.0.2.25']) {
  const transcripts = new MemoryTranscripts();
  const events: ConnectionEvent[] = [];
  const test = testConnection(hop, {
    connect: server.connect,
    transcripts,
    clock: new ManualClock(),
    randomBytes: (length) => new Uint8Array(length),
    hostname: () => 'mail.server1.com',
    resolver: resolver(addresses),
    isOwnListener: () => false,
    mxPort: 25,
  });
  for await (const event of test) events.push(event);
  const steps = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
  const lines = events.flatMap((event) =>
    event.type === 'line' ? [`${event.line.from}: ${event.line.text}`] : [],
  );
  return { steps, lines, done: events.at(-1), server, transcripts };
}

describe('a connection test', () => {
  it('tells each step up to signing in, and says no MAIL', async () => {
    const server = new ScriptedServer(`
      S: 220 smtp.provider.example
      C: EHLO mail.server1.com
      S: 250-smtp.provider.example
      S: 250 AUTH PLAIN
      C: *
      S: 235 2.7.0 Welcome
      C: QUIT
      S: 221 Bye
    `);
    const hop = { ...HOP, credentials: { user: 'office', password: 'secret' } };
    const { steps, lines, done } = await run(hop, server);
    expect(server.surprises).toEqual([]);
    expect(steps).toEqual(['dns', 'connect', 'greeting', 'hello', 'signIn', 'close']);
    expect(lines).toContain('note: smtp.provider.example: 192.0.2.25, port 587');
    expect(lines).toContain('client: AUTH PLAIN [hidden]');
    expect(lines.join('\n')).not.toMatch(/MAIL FROM|secret/u);
    expect(done).toMatchObject({ type: 'done', isOk: true, problem: null });
  });

  it('says where it ended, in the words of the host', async () => {
    const server = new ScriptedServer(`
      S: 220 smtp.provider.example
      C: EHLO mail.server1.com
      S: 250-smtp.provider.example
      S: 250 AUTH PLAIN
      C: *
      S: 535 5.7.8 Wrong password
      C: QUIT
    `);
    const hop = { ...HOP, credentials: { user: 'office', password: 'secret' } };
    expect((await run(hop, server)).done).toMatchObject({
      isOk: false,
      step: 'signIn',
      problem: { diagnostic: expect.stringContaining('535 5.7.8 Wrong password') },
    });
  });

  it('ends at the first step where the name is not known', async () => {
    const { steps, done } = await run(HOP, new ScriptedServer(), []);
    expect(steps).toEqual(['dns']);
    expect(done).toMatchObject({ isOk: false, step: 'dns' });
  });

  it('tries the next address where one does not answer', async () => {
    const server = new ScriptedServer(
      'REFUSED',
      `
      S: 220 ok
      C: EHLO mail.server1.com
      S: 250 ok
      C: QUIT
      S: 221 Bye
    `,
    );
    const { steps, done } = await run(HOP, server, ['192.0.2.25', '192.0.2.26']);
    expect(steps).toEqual(['dns', 'connect', 'connect', 'greeting', 'hello', 'close']);
    expect(done).toMatchObject({ isOk: true });
  });

  it('is at the connection where nobody answers, and is recorded as any session', async () => {
    const { done, transcripts } = await run(HOP, new ScriptedServer('REFUSED'));
    expect(done).toMatchObject({ isOk: false, step: 'connect' });
    expect(transcripts.sessions).toHaveLength(1);
  });
});

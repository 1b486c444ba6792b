import { describe, expect, test } from 'vitest';
import { MemoryTranscripts } from '../../../../test/support/memory-transcripts.ts';
import { ScriptedServer } from '../../../../test/support/scripted-server.ts';
import { ManualClock } from '../../../base/clock.ts';
import type { SessionTarget } from './open-session.ts';
import { SessionPool } from './session-pool.ts';
import type { SmtpClientSession } from './session.ts';

const HELLO = 'S: 220 mx.example\nC: EHLO *\nS: 250 mx.example\n';
const target: SessionTarget = {
  host: 'mx.example',
  address: '192.0.2.25',
  port: 25,
  tls: 'none',
  mustVerify: false,
};

function setUp(...scripts: string[]) {
  const server = new ScriptedServer(...scripts);
  const clock = new ManualClock();
  const transcripts = new MemoryTranscripts();
  const pool = new SessionPool({
    connect: server.connect,
    clock,
    transcripts,
    randomBytes: (length) => new Uint8Array(length),
    hostname: () => 'mail.server1.com',
  });
  return { server, clock, transcripts, pool };
}

async function take(pool: SessionPool): Promise<SmtpClientSession> {
  const taken = await pool.take(target);
  if (!taken.ok) throw new Error(taken.error.problem.diagnostic);
  return taken.value;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('sessions', () => {
  test('are used again for the same target', async () => {
    const { pool, server } = setUp(`${HELLO}SILENCE`);
    const session = await take(pool);
    pool.giveBack(session);
    expect(await take(pool)).toBe(session);
    expect(server.targets).toHaveLength(1);
  });

  test('are not shared between targets that differ in TLS or sign-in', async () => {
    const { pool } = setUp(`${HELLO}SILENCE`);
    pool.giveBack(await take(pool));
    expect(pool.takeIdle({ ...target, tls: 'required' })).toBeNull();
    expect(pool.takeIdle({ ...target, credentials: { user: 'a', password: 'b' } })).toBeNull();
  });

  test('end with QUIT after being idle', async () => {
    const { pool, clock, transcripts, server } = setUp(`${HELLO}C: QUIT\nS: 221 Bye`);
    pool.giveBack(await take(pool));
    clock.advance(10_000);
    await settle();
    await settle();
    expect(pool.takeIdle(target)).toBeNull();
    expect(server.surprises).toEqual([]);
    expect(transcripts.last.end).toBe('closed');
  });

  test('that the server has closed meanwhile are not handed out', async () => {
    const { pool, server } = setUp(HELLO, `${HELLO}SILENCE`);
    pool.giveBack(await take(pool));
    await settle();
    await take(pool);
    expect(server.targets).toHaveLength(2);
  });

  test('are few while idle, and none are kept once the pool is closed', async () => {
    const quits = `${HELLO}C: QUIT\nS: 221 Bye`;
    const { pool, transcripts, server } = setUp(quits, quits, quits, quits);
    const sessions = [await take(pool), await take(pool), await take(pool), await take(pool)];
    for (const session of sessions.slice(0, 3)) pool.giveBack(session);
    await settle();
    await settle();
    expect(transcripts.sessions.map(({ end }) => end)).toEqual([undefined, undefined, 'closed', undefined]);
    await pool.close();
    pool.giveBack(sessions[3]!);
    await settle();
    await settle();
    expect(transcripts.sessions.map(({ end }) => end)).toEqual(['closed', 'closed', 'closed', 'closed']);
    expect(server.surprises).toEqual([]);
  });
});

import { call, ORPCError } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { Snapshot } from '../backups/jobs.ts';
import { createConsoleRouter, type ConsoleRouter } from './router.ts';
import type { Visitor } from './services.ts';

const ORIGIN = { place: { kind: 'folder', path: '/mnt/backup' }, recoveryKey: 'AAAA-BBBB' } as const;
const SNAPSHOT: Snapshot = {
  ...{ id: 's1', at: 1, reason: 'manual', version: '1', hostname: 'mail.example.com' },
  ...{ counts: { accounts: 2, mailboxes: 12, messages: 40 }, octets: 4096, addedOctets: 10, tookMs: 5 },
  ...{ files: 3, databaseVersion: 470 },
};

let world: ConsoleWorld;
let router: ConsoleRouter;

beforeEach(async () => {
  world = new ConsoleWorld({ clock: new ManualClock() });
  await world.settings.change({ isSetUp: false });
  world.backups.known = { snapshots: [SNAPSHOT], trouble: null, freeOctets: null };
  router = createConsoleRouter(world.services());
});

function visitor(isLocal: boolean): Visitor {
  const remoteAddress = isLocal ? '127.0.0.1' : '192.0.2.7';
  return { shell: 'browser', isLocal, remoteAddress, administrator: () => null };
}

/** What all of them come to, by their names: `done`, or why not. */
async function tryAll(by: Visitor, token?: string): Promise<Record<string, string>> {
  const { findBackups, restoreBackup, restoreProgress, cancelRestore } = router.setup;
  const context = { visitor: by };
  const beginner = token === undefined ? {} : { token };
  const answers = {
    findBackups: call(findBackups, { ...beginner, ...ORIGIN }, { context }),
    restoreBackup: call(restoreBackup, { ...beginner, ...ORIGIN, snapshotId: 's1' }, { context }),
    restoreProgress: call(restoreProgress, beginner, { context }),
    cancelRestore: call(cancelRestore, beginner, { context }),
  };
  const outcomes = Object.entries(answers).map(async ([name, answer]) => {
    const outcome = await (answer as Promise<unknown>).then(() => 'done', reasonOf);
    return [name, outcome] as const;
  });
  return Object.fromEntries(await Promise.all(outcomes));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ORPCError)) return String(error);
  const { data } = error as ORPCError<string, { reason?: string }>;
  return data?.reason ?? error.code;
}

const all = (outcome: string) => ({
  findBackups: outcome,
  restoreBackup: outcome,
  restoreProgress: outcome,
  cancelRestore: outcome,
});

describe('restoring a backup instead of setting up', () => {
  it('finds backups, begins to restore one, and says how far it is', async () => {
    const context = { visitor: visitor(true) };
    expect(await call(router.setup.findBackups, ORIGIN, { context })).toMatchObject({
      trouble: null,
      snapshots: [{ id: 's1', hostname: 'mail.example.com', counts: SNAPSHOT.counts }],
    });
    expect(await call(router.setup.restoreBackup, { ...ORIGIN, snapshotId: 's1' }, { context })).toEqual({
      trouble: null,
    });
    expect(world.backups.asked).toEqual(['restore s1 from a folder']);
    expect(await call(router.setup.restoreProgress, {}, { context })).toEqual({
      ...{ job: null, trouble: null, isRestartDue: false },
    });
    // Looking changes nothing: nobody has said where this server's backups go.
    expect(world.backups.settings.place).toBeNull();
  });

  it('is for this machine, and for who has the token of the first start', async () => {
    expect(await tryAll(visitor(false))).toEqual(all('notOnThisMachine'));
    expect(await tryAll(visitor(false), 'guessed')).toEqual(all('wrongSetupToken'));
    expect(world.backups.asked).toEqual([]);
    expect(await tryAll(visitor(true))).toEqual(all('done'));
  });

  it('is over once there is an administrator, or somebody has set it up', async () => {
    await world.settings.change({ isSetUp: true });
    expect(await tryAll(visitor(true))).toEqual(all('alreadySetUp'));
    await world.settings.change({ isSetUp: false });
    await world.administrators.put({ name: 'admin', password: 'x' });
    expect(await tryAll(visitor(true))).toEqual(all('alreadySetUp'));
    expect(world.backups.asked).toEqual([]);
  });

  it('is written into the audit log, without the key', async () => {
    await tryAll(visitor(true));
    const entries = await world.access.audit.list({ limit: 10 });
    expect(entries.map(({ call: name }) => name)).toEqual(['setup.restoreBackup']);
    expect(JSON.stringify(entries)).not.toContain(ORIGIN.recoveryKey);
  });
});

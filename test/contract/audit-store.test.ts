/** The audit log on disk: what was written stays, and whoever changes the database is found out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdministratorRow } from '../../src-main/directory/administrators/port.ts';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { defaultSettings } from '../../src-main/host/default-settings.ts';
import type { AuditRecord } from '../../src-main/host/audit/port.ts';
import { Connection } from '../../src-main/storage/connection.ts';
import { openStorage, type Storage } from '../../src-main/storage/open-storage.ts';
import { createPooledRandom } from '../../src-main/host/pooled-random.ts';

const LIMITS = { before: 0, keep: 1_000 };
let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-audit-'));
  storage = await open();
});

afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

function open(): Promise<Storage> {
  return openStorage({
    folder,
    makeId: createIdMaker(Date.now, createPooledRandom()),
    defaultSettings: defaultSettings('mail.example.com'),
    onError: (error) => {
      throw error;
    },
  });
}

function record(at: number, facts: Partial<AuditRecord> = {}): AuditRecord {
  return {
    ...{ at, who: 'admin', role: 'owner', address: '127.0.0.1', means: { kind: 'browser' } },
    ...{ call: 'settings.change', input: '{}', changes: [], outcome: 'done' },
    ...facts,
  };
}

async function write(count: number, limits = LIMITS): Promise<void> {
  for (let at = 1; at <= count; at++) await storage.audit.append(record(at), limits);
}

/** What somebody with the file does, with the triggers out of the way. */
function tamper(sql: string): void {
  const connection = new Connection(join(folder, 'postroom.db'), { readonly: false });
  connection.execute(`DROP TRIGGER audit_entry_stays; DROP TRIGGER audit_entry_is_kept; ${sql}`);
  connection.close();
}

describe('the chain', () => {
  it('goes on over a restart', async () => {
    await write(3);
    await storage.close();
    storage = await open();
    await write(2);
    const entries = await storage.audit.listAfter(0, 10);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    for (const [i, entry] of entries.entries()) expect(entry.previousHash).toBe(entries[i - 1]?.hash ?? '');
    expect(await storage.audit.check()).toMatchObject({ isWhole: true, entries: 5 });
  });

  it.each([
    [
      'a changed entry',
      `UPDATE audit_entry SET body = replace(body, 'admin', 'nobody') WHERE sequence = 3`,
      3,
    ],
    ['a missing entry', 'DELETE FROM audit_entry WHERE sequence = 3', 4],
    ['a missing first entry', 'DELETE FROM audit_entry WHERE sequence = 1', 2],
    ['entries that changed places', 'UPDATE audit_entry SET sequence = 99 WHERE sequence = 3', 4],
  ])('shows %s', async (_, sql, brokenAt) => {
    await write(5);
    tamper(sql);
    expect(await storage.audit.check()).toMatchObject({ isWhole: false, brokenAt });
  });
});

describe('the bounds', () => {
  it('cut the oldest by number, say up to where, and leave a chain that is whole', async () => {
    await write(10, { before: 0, keep: 4 });
    const entries = await storage.audit.list({ limit: 100 });
    expect(entries.map(({ sequence }) => sequence)).toEqual([10, 9, 8, 7]);
    expect(await storage.audit.readCut()).toMatchObject({ sequence: 6 });
    expect(await storage.audit.check()).toMatchObject({ isWhole: true, entries: 4 });
  });

  it('cut the oldest by age, and never the last', async () => {
    await write(3);
    await storage.audit.append(record(100), { before: 50, keep: 100 });
    expect(await storage.audit.list({ limit: 10 })).toHaveLength(1);
    expect(await storage.audit.check()).toMatchObject({ isWhole: true });
  });
});

it('finds by words, time and place', async () => {
  await storage.audit.append(record(1, { who: 'Anna', call: 'accounts.add' }), LIMITS);
  await storage.audit.append(record(2), LIMITS);
  const sequences = async (query: object) =>
    (await storage.audit.list({ limit: 10, ...query })).map(({ sequence }) => sequence);
  expect(await sequences({ text: 'anna' })).toEqual([1]);
  expect(await sequences({ since: 2 })).toEqual([2]);
  expect(await sequences({ until: 2 })).toEqual([1]);
  expect(await sequences({ before: 2 })).toEqual([1]);
  expect(await sequences({ text: "'; DROP TABLE audit_entry; --" })).toEqual([]);
});

describe('administrators and tokens on disk', () => {
  it('come back as they were, and tokens go with their administrator', async () => {
    const row: AdministratorRow = {
      ...{ name: 'anna', password: 'scrypt$', role: 'domainAdministrator', domains: ['server1.com'] },
      ...{
        createdAt: 1,
        passwordChangedAt: 2,
        lastSignIn: { at: 3, address: '192.0.2.1' },
        places: ['192.0.2.1'],
      },
      factor: { totp: { sealedKey: 'x', lastStep: 4 }, recovery: ['y'], passkeys: [] },
    };
    await storage.administrators.put(row);
    expect(await storage.administrators.listAll()).toEqual([row]);
    const token = {
      administrator: 'anna',
      name: 'backup',
      scopes: ['read'],
      createdAt: 1,
      expiresAt: null,
      hash: 'h',
    } as const;
    const id = await storage.apiTokens.add(token);
    await storage.apiTokens.noteUse(id, { at: 9, address: '192.0.2.1' });
    expect(await storage.apiTokens.listAll()).toEqual([
      { ...token, id, lastUse: { at: 9, address: '192.0.2.1' } },
    ]);
    await storage.administrators.remove('anna');
    expect(await storage.apiTokens.listAll()).toEqual([]);
  });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS, NewerDatabaseError, type Migration } from './index.ts';

const first: Migration = {
  version: 10,
  name: 'first',
  run: (db) => db.execute('CREATE TABLE a (x INTEGER)'),
};
const second: Migration = {
  version: 20,
  name: 'second',
  run: (db) => db.execute('CREATE TABLE b (x INTEGER)'),
};
const broken: Migration = {
  version: 30,
  name: 'broken',
  run: (db) => {
    db.execute('CREATE TABLE c (x INTEGER)');
    db.execute('CREATE TABLE c (x INTEGER)');
  },
};

let folder: string;
let path: string;
let connection: Connection;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  path = join(folder, 'test.db');
  connection = new Connection(path, { readonly: false });
});

afterEach(() => {
  connection.close();
  rmSync(folder, { recursive: true });
});

function tables(): readonly string[] {
  return connection
    .all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .map(({ name }) => name);
}

describe('migrate', () => {
  it('runs what is missing, once, and remembers the version', () => {
    expect(migrate(connection, path, [first])).toEqual([10]);
    expect(migrate(connection, path, [first, second])).toEqual([20]);
    expect(migrate(connection, path, [first, second])).toEqual([]);
    expect(tables()).toEqual(['a', 'b']);
  });

  it('keeps a copy of the database from before, but not of an empty one', () => {
    migrate(connection, path, [first]);
    expect(existsSync(`${path}.before-migration-0`)).toBe(false);
    migrate(connection, path, [first, second]);
    const copy = new Connection(`${path}.before-migration-10`, { readonly: true });
    expect(copy.all("SELECT name FROM sqlite_master WHERE type = 'table'")).toEqual([{ name: 'a' }]);
    copy.close();
  });

  it('begins a copy anew that a crash has cut short', () => {
    migrate(connection, path, [first]);
    writeFileSync(`${path}.before-migration-10.begun`, 'half of a copy');
    migrate(connection, path, [first, second]);
    const copy = new Connection(`${path}.before-migration-10`, { readonly: true });
    expect(copy.pragma('integrity_check')).toBe('ok');
    copy.close();
    expect(existsSync(`${path}.before-migration-10.begun`)).toBe(false);
  });

  it('leaves the database as it was when a migration fails, and says which', () => {
    migrate(connection, path, [first]);
    expect(() => migrate(connection, path, [first, broken])).toThrow('migration 30 (broken) failed');
    expect(tables()).toEqual(['a']);
    expect(connection.pragma('user_version')).toBe(10);
  });

  it('refuses a database of a newer program by name', () => {
    migrate(connection, path, [first, second]);
    expect(() => migrate(connection, path, [first])).toThrow(NewerDatabaseError);
  });

  it('has numbers that rise in steps of ten', () => {
    const versions = MIGRATIONS.map((migration) => migration.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    expect(versions.every((version) => version % 10 === 0)).toBe(true);
  });
});

describe('a writing connection', () => {
  it('syncs every commit and logs ahead', () => {
    expect(connection.pragma('synchronous')).toBe(2);
    expect(connection.pragma('journal_mode')).toBe('wal');
  });
});

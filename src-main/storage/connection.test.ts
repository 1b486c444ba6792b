import Database from 'better-sqlite3';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Connection, rollBackJournal } from './connection.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-connection-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A database as a power cut in the middle of a transaction leaves it, before it had a write-ahead log. */
function makeCutDatabase(): string {
  const [path, cut] = [join(folder, 'whole.db'), join(folder, 'cut.db')];
  const database = new Database(path);
  database.exec('CREATE TABLE a (x); INSERT INTO a VALUES (1); PRAGMA cache_size = 1; BEGIN');
  for (let row = 0; row < 200; row++) database.prepare('INSERT INTO a VALUES (zeroblob(1000))').run();
  for (const end of ['', '-journal']) copyFileSync(`${path}${end}`, `${cut}${end}`);
  database.close();
  return cut;
}

it('a folder that lost power in its first moments is read as it was before them', () => {
  const path = makeCutDatabase();
  expect(() => new Connection(path, { readonly: true }).get('SELECT 1 FROM a')).toThrow('readonly');
  rollBackJournal(path);
  const connection = new Connection(path, { readonly: true });
  expect(connection.get('SELECT count(*) AS count FROM a')).toEqual({ count: 1 });
  connection.close();
  expect(existsSync(`${path}-journal`)).toBe(false);
});

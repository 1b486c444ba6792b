import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { GroupCommit, type RunWrite } from './group-commit.ts';

const runWrite: RunWrite = (transaction, name, args) => {
  transaction.connection.run('INSERT INTO note (text) VALUES (?)', String(args));
  transaction.releasedFiles.push(`${String(args)}.eml`);
  transaction.changes.push({ accountId: 1, mailboxId: Number(args), kind: 'messages' });
  if (name === 'fail') throw new Error(`cannot write ${String(args)}`);
  return `wrote ${String(args)}`;
};

let connection: Connection;
let group: GroupCommit;

beforeEach(() => {
  connection = new Connection(':memory:', { readonly: false });
  connection.execute('CREATE TABLE note (text TEXT)');
  group = new GroupCommit(connection, runWrite, () => 0);
});

afterEach(() => connection.close());

function notes(): readonly string[] {
  return connection.all<{ text: string }>('SELECT text FROM note ORDER BY rowid').map(({ text }) => text);
}

describe('GroupCommit', () => {
  it('answers every write of a group, in order, with its changes', () => {
    const result = group.commit([
      { id: 7, name: 'write', args: 1 },
      { id: 8, name: 'write', args: 2 },
    ]);
    expect(result.answers).toEqual([
      { id: 7, outcome: { ok: true, value: 'wrote 1' } },
      { id: 8, outcome: { ok: true, value: 'wrote 2' } },
    ]);
    expect(result.changes).toMatchObject([{ mailboxId: 1 }, { mailboxId: 2 }]);
    expect(notes()).toEqual(['1', '2']);
  });

  it('rolls a write that throws back alone; the others are committed, once', () => {
    const result = group.commit([
      { id: 1, name: 'write', args: 1 },
      { id: 2, name: 'fail', args: 2 },
      { id: 3, name: 'write', args: 3 },
    ]);
    expect(result.answers.map(({ outcome }) => outcome.ok)).toEqual([true, false, true]);
    expect(notes()).toEqual(['1', '3']);
    expect(result.releasedFiles).toEqual(['1.eml', '3.eml']);
    expect(result.changes).toMatchObject([{ mailboxId: 1 }, { mailboxId: 3 }]);
  });

  it('fails every write when the commit itself fails, and goes on afterwards', () => {
    connection.execute('PRAGMA query_only = ON');
    const failed = group.commit([{ id: 1, name: 'write', args: 1 }]);
    expect(failed.answers[0]?.outcome.ok).toBe(false);
    connection.execute('PRAGMA query_only = OFF');
    expect(group.commit([{ id: 2, name: 'write', args: 2 }]).answers[0]?.outcome.ok).toBe(true);
    expect(notes()).toEqual(['2']);
  });
});

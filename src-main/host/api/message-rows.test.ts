import { expect, test } from 'vitest';
import type { MessageSummary } from '../../observe/port.ts';
import { seesContent, showRow, withPlaces } from './message-rows.ts';
import type { Caller } from './services.ts';

function caller(role: Caller['role']): Caller {
  return { name: role, role, domains: [], token: null, mustEnrol: false };
}

function message(traceId: string, reversePath: string, recipients: readonly string[]): MessageSummary {
  return {
    ...{
      traceId,
      receivedAt: 1,
      via: 'reception',
      reversePath,
      author: `Somebody <${reversePath}>`,
      recipients,
    },
    ...{ subject: 'Salary of Tom', messageId: null, sizeBytes: 1, state: 'done' },
  };
}

test('who may not read mail sees where it went, not what it is about', () => {
  const row = message('a', 'tom@server1.com', ['anna@server1.com']);
  for (const role of ['owner', 'administrator'] as const)
    expect(showRow(row, seesContent(caller(role))).subject).toBe('Salary of Tom');
  for (const role of ['helpDesk', 'auditor'] as const)
    expect(showRow(row, seesContent(caller(role))).subject).toBeNull();
  expect(showRow(row, seesContent(undefined)).subject).toBeNull();
});

test('a person’s mail: what came, also by an alias, and what went out, with where it lies; nobody else’s', async () => {
  const rows = [
    message('to', 'x@partner.example', ['Anna@server1.com']),
    message('from', 'anna@server1.com', ['x@partner.example']),
    message('alias', 'x@partner.example', ['info@server1.com']),
    message('other', 'x@partner.example', ['joanna@server1.com']),
  ];
  const timelines = {
    findPlaces: () =>
      Promise.resolve(
        new Map([
          ['to', 'Work'],
          ['alias', 'INBOX'],
        ]),
      ),
  };
  const shown = await withPlaces(timelines, 'anna@server1.com', rows);
  expect(shown.map(({ traceId, mailbox }) => [traceId, mailbox])).toEqual([
    ['to', 'Work'],
    ['from', null],
    ['alias', 'INBOX'],
  ]);
});

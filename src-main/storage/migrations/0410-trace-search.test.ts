import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';
import { findTraces } from '../trace-search/find-traces.ts';

test('messages of before keep what is known of them, in their order, and are found by it', () => {
  const { connection, migrateTo } = openDatabaseBefore(410);
  const insert = (id: string, subject: string, messageId: string | null): void => {
    connection.run(
      `INSERT INTO message_trace (trace_id, received_at, via, reverse_path, author, recipients, subject, message_id, size_bytes, state, remote)
       VALUES (?, 1, 'reception', 'tom@server1.com', 'Tom', '["anna@server1.com"]', ?, ?, 9, 'done', 'client.example 192.0.2.1')`,
      id,
      subject,
      messageId,
    );
  };
  insert('b', 'Quitte', '<b@server1.com>');
  insert('a', '预算 "Zwetschge"', null);
  migrateTo(410);
  expect(connection.all('SELECT trace_id FROM message_trace ORDER BY number')).toEqual([
    { trace_id: 'a' },
    { trace_id: 'b' },
  ]);
  expect(findTraces(connection, { text: '预算', limit: 10 }).items).toEqual([
    {
      traceId: 'a',
      receivedAt: 1,
      via: 'reception',
      reversePath: 'tom@server1.com',
      author: 'Tom',
      recipients: ['anna@server1.com'],
      subject: '预算 "Zwetschge"',
      messageId: null,
      sizeBytes: 9,
      state: 'done',
    },
  ]);
  expect(findTraces(connection, { text: 'b@server1.com 192.0.2.1', limit: 10 }).items).toHaveLength(1);
});

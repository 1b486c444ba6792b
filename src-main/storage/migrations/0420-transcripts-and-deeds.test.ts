import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';
import { listTranscripts, readTranscript } from '../transcript-store.ts';

test('transcripts of before keep their dialogues, and what they carried is known', () => {
  const { connection, migrateTo } = openDatabaseBefore(420);
  const summary = (id: string, messages: number) =>
    JSON.stringify({ id, messages, remoteAddress: '192.0.2.1', remoteName: null, account: null });
  for (const [id, messages] of [
    ['a', 0],
    ['b', 2],
  ] as const)
    connection.run(
      `INSERT INTO transcript (session_id, started_at, protocol, has_error, search_text, summary, lines, omitted_lines, size_octets)
         VALUES (?, 1, 'smtp', 0, 'x', ?, '[{"offsetMs":1,"kind":"client","phase":"envelope","text":"NOOP"}]', 3, 9)`,
      id,
      summary(id, messages),
    );
  migrateTo(420);
  expect(connection.all('SELECT session_id, has_messages FROM transcript')).toEqual([
    { session_id: 'a', has_messages: 0 },
    { session_id: 'b', has_messages: 1 },
  ]);
  expect(listTranscripts(connection, { limit: 10 }).items.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(readTranscript(connection, 'a')).toMatchObject({
    omittedLines: 3,
    lines: expect.stringContaining('NOOP'),
  });
});

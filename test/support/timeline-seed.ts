/** Many messages with timelines, written as the queue's commits write them, a thousand to a commit; for searches over all of them. */
import { join } from 'node:path';
import { Connection } from '../../src-main/storage/connection.ts';
import { openRootKey } from '../../src-main/storage/sealing/root-key.ts';
import { keyFileIn } from '../../src-main/storage/open-storage.ts';
import { addEvents, addTrace, setTraceState } from '../../src-main/storage/timeline-store.ts';
import type { TraceFacts } from '../../src-main/storage/trace-search/trace-rows.ts';
import { addWords } from '../../src-main/storage/trace-search/trace-writes.ts';

const A_COMMIT = 1_000;
const NAMES = ['anna', 'tom', 'mei', 'otto', 'kunigunde', 'wang', 'sofia', 'jean', 'priya', 'lars'];
const SUBJECTS = [
  'Invoice',
  'Meeting on Monday',
  'Re: Your order',
  '项目预算',
  'Holiday plans',
  'Zwetschgenkuchen',
  '会议纪要',
];

/** What can be looked for of message `index`, out of all of them. */
export function seededKeys(index: number) {
  const name = NAMES[index % NAMES.length] ?? '';
  return {
    traceId: `1jm${index.toString(32).padStart(6, '0')}zzzzzzz`,
    sender: `${name}.${index % 5_000}@office${index % 300}.example`,
    recipient: `client${(index * 7919) % 20_011}@partner${(index * 31) % 1_009}.example`,
    subject: `${SUBJECTS[index % SUBJECTS.length] ?? ''} ${((index * 2_654_435_761) % 2 ** 32).toString(36)}`,
    messageId: `<${((index * 40_503) % 2 ** 32).toString(16)}.${index}@office${index % 300}.example>`,
    clientName: `host${index % 4_001}.office.example`,
    clientAddress: `10.${index % 200}.${(index >> 8) % 250}.${index % 250}`,
    remoteMta: `mx${index % 3}.partner${(index * 31) % 1_009}.example`,
    remoteId: `4X${((index * 7_368_787) % 2 ** 32).toString(36)}7`,
  };
}

export async function seedTimelines(folder: string, count: number): Promise<void> {
  const path = join(folder, 'postroom.db');
  const connection = new Connection(path, { readonly: false });
  connection.keyring.useRoot((await openRootKey(path, keyFileIn(folder))).octets);
  connection.keyring.refresh();
  for (let from = 0; from < count; from += A_COMMIT) {
    connection.execute('BEGIN');
    for (let index = from; index < Math.min(count, from + A_COMMIT); index++) seedOne(connection, index);
    connection.execute('COMMIT');
  }
  connection.close();
}

function seedOne(connection: Connection, index: number): void {
  const transaction = { connection, now: index, releasedFiles: [], changes: [] };
  const keys = seededKeys(index);
  const { traceId, sender, recipient } = keys;
  const facts: TraceFacts = {
    reversePath: sender,
    author: `Person ${index % 5_000} <${sender}>`,
    recipients: [recipient],
    subject: keys.subject,
    messageId: keys.messageId,
    remote: `${keys.clientName} ${keys.clientAddress}`,
  };
  const received = { type: 'received', traceId, at: index, via: 'reception', reversePath: sender };
  addTrace(transaction, {
    traceId,
    receivedAt: index,
    via: 'reception',
    sizeBytes: 4096,
    facts: JSON.stringify(facts),
  });
  addEvents(transaction, [
    { traceId, event: JSON.stringify({ ...received, recipients: [recipient], sizeBytes: 4096 }) },
  ]);
  if (index % 4 === 0) addWords(transaction, traceId, [keys.remoteMta, keys.remoteId]);
  setTraceState(transaction, traceId, index % 100 === 0 ? 'failed' : 'done');
}

/**
 * Kills the service at random moments under load, many times on one data folder, and audits what is left.
 *
 * Proves: every message that was acknowledged with 250 is in every recipient's mailbox exactly once, and whole; one that was
 * not acknowledged is there at most once.
 */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { openTestStorage } from '../contract/mail-stores.ts';
import { makeWorkFolder, startOffice, type ServiceProcess } from '../support/service-process.ts';
import { killUnderLoad, type Letter } from './kill-under-load.ts';

/** One in this many is too large for a row, so that files are cut too. */
const LARGE_EVERY = 40;
const LARGE_OCTETS = 200 * 1024;

interface Sent {
  readonly to: readonly string[];
  readonly digest: string;
  isAcknowledged: boolean;
}

export interface CrashReport {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  /** Copies in mailboxes that the acknowledged messages ask for. */
  readonly copies: number;
  /** Every one is a sentence; none is what we want. */
  readonly problems: readonly string[];
}

const RECIPIENTS: readonly (readonly string[])[] = [
  ['anna@server1.com'],
  ['tom@server1.com'],
  ['sales@server1.com'],
  ['tom@server1.com', 'anna@server1.com'],
];

/** Accounts that get a copy of a message to these addresses. */
function readersOf(addresses: readonly string[]): readonly string[] {
  const both = ['anna@server1.com', 'tom@server1.com'];
  return [...new Set(addresses.flatMap((address) => (address.startsWith('sales@') ? both : [address])))];
}

export async function runCrashRounds(rounds: number): Promise<CrashReport> {
  const folder = await makeWorkFolder();
  const sent = new Map<string, Sent>();
  try {
    for (let round = 0; round < rounds; round++) {
      await killUnderLoad(await startOffice(folder), () => nextLetter(sent));
    }
    await drainQueue(await startOffice(folder), folder.data);
    return await audit(folder.data, { rounds, sent });
  } finally {
    await folder.remove();
  }
}

function nextLetter(sent: Map<string, Sent>): Letter {
  const number = sent.size;
  const id = `crash-${number}`;
  const to = RECIPIENTS[number % RECIPIENTS.length] ?? [];
  const filler = 'x'.repeat(70);
  const lines = number % LARGE_EVERY === 0 ? LARGE_OCTETS / 72 : 50;
  const body = Array.from({ length: lines }, (_, line) => `${id} ${line} ${filler}`.slice(0, 70)).join(
    '\r\n',
  );
  const record = { to, digest: digest(body), isAcknowledged: false };
  sent.set(id, record);
  const content = `From: tom@server1.com\r\nTo: ${to.join(', ')}\r\nSubject: ${id}\r\n\r\n${body}`;
  return { to, content, onAcknowledged: () => (record.isAcknowledged = true) };
}

function digest(body: string): string {
  return createHash('sha256').update(body.trimEnd()).digest('hex');
}

/** Lets the last start work off what the cuts left in the queue. */
async function drainQueue(service: ServiceProcess, data: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await service.end('SIGTERM');
  const storage = await openTestStorage(data);
  const depth = await storage.queue.depth();
  await storage.close();
  if (depth.queued + depth.deferred > 0) await drainQueue(await startAgain(data), data);
}

async function startAgain(data: string): Promise<ServiceProcess> {
  return startOffice({ data, provisionFile: join(data, '..', 'provision.json') });
}

async function audit(
  data: string,
  run: { rounds: number; sent: ReadonlyMap<string, Sent> },
): Promise<CrashReport> {
  const storage = await openTestStorage(data);
  try {
    const found = await readMailboxes(storage);
    const problems = [
      ...found.problems,
      ...compare(run.sent, found.copies),
      ...(await auditFiles(storage, data)),
    ];
    const acknowledged = [...run.sent.values()].filter((message) => message.isAcknowledged);
    return {
      rounds: run.rounds,
      acknowledged: acknowledged.length,
      unanswered: run.sent.size - acknowledged.length,
      copies: acknowledged.reduce((sum, message) => sum + readersOf(message.to).length, 0),
      problems,
    };
  } finally {
    await storage.close();
  }
}

interface Found {
  /** `id account` to the digests of the copies there. */
  readonly copies: Map<string, string[]>;
  readonly problems: string[];
}

async function readMailboxes(storage: Storage): Promise<Found> {
  const found: Found = { copies: new Map(), problems: [] };
  for (const account of await storage.directory.listAccounts()) {
    for (const mailbox of await storage.mailStore.listMailboxes(account.id)) {
      const entries = await storage.mailStore.listEntries(mailbox.id);
      if (entries.length !== mailbox.messageCount) {
        found.problems.push(
          `${account.address} ${mailbox.name} counts ${mailbox.messageCount}, holds ${entries.length}`,
        );
      }
      for (const { uid } of entries)
        await readCopy(storage, found, { address: account.address, id: mailbox.id, uid });
    }
  }
  return found;
}

async function readCopy(
  storage: Storage,
  found: Found,
  copy: { address: string; id: number; uid: number },
): Promise<void> {
  const message = await storage.mailStore.openMessage(copy.id, copy.uid);
  if (message === null) return void found.problems.push(`${copy.address} UID ${copy.uid} cannot be opened`);
  const { bodyStart, bodyEnd } = message.index.root;
  const body = Buffer.from(await message.readRange(bodyStart, bodyEnd)).toString();
  const key = `${message.index.subject} ${copy.address}`;
  found.copies.set(key, [...(found.copies.get(key) ?? []), digest(body)]);
}

function compare(sent: ReadonlyMap<string, Sent>, copies: ReadonlyMap<string, string[]>): string[] {
  const problems: string[] = [];
  for (const [id, message] of sent) {
    for (const reader of readersOf(message.to)) {
      const there = copies.get(`${id} ${reader}`) ?? [];
      if (there.length > 1) problems.push(`${id} is ${there.length} times in ${reader}`);
      if (there.length === 0 && message.isAcknowledged)
        problems.push(`${id} was acknowledged and is not in ${reader}`);
      if (there.some((found) => found !== message.digest)) problems.push(`${id} is damaged in ${reader}`);
    }
  }
  return problems;
}

/** Every file of the content folder is one that a mailbox can read; cut-off arrivals were cleared at start. */
async function auditFiles(storage: Storage, data: string): Promise<string[]> {
  const files = await readdir(join(data, 'content'));
  const unreadable: string[] = [];
  for (const file of files) {
    const octets = await storage.spool.readFile({ fileName: file, dataKey: null }, 0, 1);
    if (octets.length === 0) unreadable.push(`${file} is empty`);
  }
  return unreadable;
}

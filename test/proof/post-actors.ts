/** Those who submit letters (RFC 6409), and one who fetches and deletes them (RFC 1939). */
import type { Dice } from '../support/dice.ts';
import { LineClient } from '../support/line-client.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { acknowledgementAt, UnexpectedReplyError, type Doors, type Pace } from './actor.ts';
import type { ImapAccount } from './imap-actor.ts';
import { letterOf } from './letters.ts';
import { KINDS, type Post } from './post.ts';

const MOST_FETCHED = 6;

/** Submits until the pace ends it. */
export async function submitLetters(
  doors: Doors,
  pace: Pace,
  { post, account, dice }: { post: Post; account: ImapAccount; dice: Dice },
): Promise<void> {
  const endpoint = {
    port: doors.port('submission'),
    account: { user: account.address, password: account.password },
  };
  const client = await SmtpClient.connect(endpoint);
  try {
    while (!pace.signal.aborted) {
      const began = performance.now();
      const letter = post.write(dice.pick(KINDS));
      const { to } = letter.kind;
      await client.submit({ from: account.address, to, content: letterOf(letter.id, to) });
      post.acknowledge(letter, client.position);
      pace.measured?.('submission', performance.now() - began);
      await pace.pause();
    }
  } finally {
    client.close();
  }
}

/** Fetches what has arrived and deletes it, session after session. */
export async function fetchLetters(
  doors: Doors,
  pace: Pace,
  { post, account }: { post: Post; account: ImapAccount },
): Promise<void> {
  while (!pace.signal.aborted) {
    const began = performance.now();
    await fetchOnce(doors, { post, account });
    pace.measured?.('pop3', performance.now() - began);
    await pace.pause();
  }
}

async function fetchOnce(
  doors: Doors,
  { post, account }: { post: Post; account: ImapAccount },
): Promise<void> {
  const line = new LineClient({ port: doors.port('pop3') });
  const say = async (command: string): Promise<string> => {
    line.write(`${command}\r\n`);
    const reply = await line.readLine();
    if (!reply.startsWith('+OK')) throw new UnexpectedReplyError(`${command}: ${reply}`);
    return reply;
  };
  try {
    await line.readLine();
    await say(`USER ${account.address}`);
    await say(`PASS ${account.password}`);
    const count = Math.min(MOST_FETCHED, Number(/\d+/u.exec(await say('STAT'))?.[0] ?? 0));
    const ids: string[] = [];
    for (let number = 1; number <= count; number++) {
      await say(`TOP ${number} 0`);
      ids.push(await readSubject(line));
    }
    for (let number = 1; number <= count; number++) await say(`DELE ${number}`);
    const removal = post.remove(ids, acknowledgementAt(line));
    await say('QUIT');
    post.acknowledge(removal, acknowledgementAt(line));
  } finally {
    line.destroy();
  }
}

async function readSubject(line: LineClient): Promise<string> {
  let subject = '';
  for (;;) {
    const text = await line.readLine();
    if (text === '.') return subject;
    if (text.startsWith('Subject: ')) subject = text.slice('Subject: '.length);
  }
}

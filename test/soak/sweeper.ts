/** Keeps the store as large as it is: expunges the oldest messages of mailboxes that letters arrive in. */
import { LineClient } from '../support/line-client.ts';
import type { Doors } from '../proof/actor.ts';

const MOST_LEFT = 200;

export interface SweptMailbox {
  readonly address: string;
  readonly password: string;
  readonly mailbox: string;
}

/** Answers how many it has expunged. */
export async function sweep(doors: Doors, { address, password, mailbox }: SweptMailbox): Promise<number> {
  const line = new LineClient({ port: doors.port('imap') });
  const say = async (command: string): Promise<readonly string[]> => {
    line.write(`s ${command}\r\n`);
    const lines: string[] = [];
    for (;;) {
      const text = await line.readLine();
      lines.push(text);
      if (text.startsWith('s ')) return lines;
    }
  };
  try {
    await line.readLine();
    await say(`LOGIN ${address} ${password}`);
    const selected = (await say(`SELECT ${mailbox}`)).join('\n');
    const excess = Number(/\* (\d+) EXISTS/u.exec(selected)?.[1] ?? 0) - MOST_LEFT;
    if (excess <= 0) return 0;
    await say(`STORE 1:${excess} +FLAGS.SILENT (\\Deleted)`);
    await say('EXPUNGE');
    await say('LOGOUT');
    return excess;
  } finally {
    line.destroy();
  }
}

/**
 * CPU that reading costs the server: one IMAP session over a mailbox of 10,000 messages.
 *
 * electron-vite build && node test/bench/imap-bench.ts
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { makeWorkFolder, startOffice } from '../support/service-process.ts';
import { cpuSeconds } from './process-cpu.ts';

const MESSAGES = 10_000;
const BATCH = 200;

const COMMANDS: readonly (readonly [title: string, command: string])[] = [
  ['SELECT of 10,000', 'SELECT INBOX'],
  ['FLAGS of 10,000', 'FETCH 1:* (UID FLAGS)'],
  ['FLAGS of 10,000 again', 'FETCH 1:* (UID FLAGS)'],
  ['ENVELOPE of 1,000', 'FETCH 1:1000 (UID ENVELOPE)'],
  ['ENVELOPE of 1,000 again', 'FETCH 1:1000 (UID ENVELOPE)'],
  ['list view of 1,000', 'FETCH 1:1000 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)'],
  ['header fields of 1,000', 'FETCH 1:1000 (UID BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])'],
  ['whole text of 1,000', 'FETCH 1:1000 (UID BODY.PEEK[])'],
  ['SEARCH UNSEEN', 'SEARCH UNSEEN'],
  ['SEARCH SUBJECT', 'SEARCH SUBJECT "number 77"'],
  ['SEARCH BODY', 'SEARCH BODY "needle"'],
  ['STORE of 1,000', 'STORE 1:1000 +FLAGS.SILENT (\\Seen)'],
  ['COPY of 1,000', 'COPY 1:1000 Archive'],
  ['STATUS', 'STATUS Archive (MESSAGES UNSEEN SIZE)'],
];

function makeMessage(number: number): string {
  const header = [
    'Received: from mail.example.org (mail.example.org [192.0.2.1])',
    '\tby mail.server1.com with ESMTPS id 1jm4q8v2k7d3fz0x; Thu, 1 Jan 2026 10:00:00 +0000',
    'From: Anna Smith <anna@example.org>',
    'To: Tom <tom@server1.com>, "Doe, John" <john@example.com>',
    `Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= number ${number}`,
    'Date: Thu, 1 Jan 2026 11:00:00 +0100',
    `Message-ID: <${number}@example.org>`,
    'Content-Type: text/plain; charset=utf-8',
  ];
  const body = 'The quick brown fox jumps over the lazy dog, again and again.\r\n'.repeat(50);
  return `${header.join('\r\n')}\r\n\r\n${body}`;
}

/** Sends commands and waits for the last one's completion; counts octets, keeps none. */
class Reader {
  readonly #socket: Socket;
  #tail = '';
  octets = 0;
  #tags = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.octets += chunk.length;
      this.#tail = (this.#tail + chunk.toString('latin1')).slice(-400);
      socket.emit('heard');
    });
  }

  async run(commands: readonly string[]): Promise<string> {
    const tags = commands.map(() => `a${++this.#tags}`);
    this.#socket.write(commands.map((command, index) => `${tags[index]} ${command}\r\n`).join(''));
    const completion = new RegExp(`(?:^|\\n)${tags.at(-1)} ([^\\r\\n]*)\\r\\n$`);
    for (;;) {
      const found = completion.exec(this.#tail);
      if (found !== null) return found[1] ?? '';
      await once(this.#socket, 'heard');
    }
  }
}

const folder = await makeWorkFolder();
const service = await startOffice(folder);
const processId = service.process.pid ?? 0;
try {
  const reader = new Reader(connect(service.port('imap'), '127.0.0.1'));
  await reader.run(['LOGIN tom@server1.com tom-password']);
  await measure('APPEND of 10,000', async () => {
    for (let first = 0; first < MESSAGES; first += BATCH) {
      const commands = Array.from({ length: BATCH }, (_, index) => {
        const text = makeMessage(first + index);
        return `APPEND INBOX {${Buffer.byteLength(text)}+}\r\n${text}`;
      });
      await reader.run(commands);
    }
  });
  for (const [title, command] of COMMANDS) await measure(title, () => reader.run([command]));
} finally {
  await service.end();
  await folder.remove();
}

async function measure(title: string, work: () => Promise<unknown>): Promise<void> {
  const cpu = cpuSeconds(processId);
  const start = performance.now();
  const answer = await work();
  const elapsedMs = performance.now() - start;
  const cpuMs = (cpuSeconds(processId) - cpu) * 1000;
  const shown = typeof answer === 'string' && !answer.startsWith('OK') ? answer : '';
  console.log(
    `${title.padEnd(26)} ${elapsedMs.toFixed(0).padStart(7)} ms ${cpuMs.toFixed(0).padStart(7)} ms CPU ${shown}`,
  );
}

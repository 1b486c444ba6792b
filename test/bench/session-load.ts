/**
 * Session load: as many SMTP sessions as the server takes, each with one small message: connect, EHLO, MAIL, RCPT, DATA, QUIT.
 *
 * node test/bench/session-load.ts --port 2525 --to anna@server1.com --sessions 5000 [--at-once 40] [--per-second 1000]
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '25' },
    to: { type: 'string', default: '' },
    sessions: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '40' },
    'per-second': { type: 'string', default: '0' },
  },
});
const count = Number(values.sessions);
const perSecond = Number(values['per-second']);
let begun = 0;

const DIALOGUE = `EHLO load.example\r\nMAIL FROM:<stranger@example.org>\r\nRCPT TO:<${values.to}>\r\nDATA\r\n`;
const CONTENT = 'From: stranger@example.org\r\nSubject: load\r\n\r\nhello\r\n.\r\nQUIT\r\n';

/** Whole dialogue in two writes; answers when the server has closed. */
async function runSession(): Promise<void> {
  const socket = connect({ port: Number(values.port), host: '127.0.0.1', noDelay: true });
  let said = '';
  let isContentSent = false;
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
    if (isContentSent || !/^354 /mu.test(said)) return;
    isContentSent = true;
    socket.write(CONTENT);
  });
  socket.write(DIALOGUE);
  await once(socket, 'close');
  if (!/^250 2\.0\.0/mu.test(said)) throw new Error(`not taken: ${said}`);
}

async function work(from: number): Promise<void> {
  while (begun < count) {
    const number = begun++;
    const dueIn = perSecond === 0 ? 0 : from + (number * 1000) / perSecond - performance.now();
    if (dueIn > 1) await rest(dueIn);
    await runSession();
  }
}

const from = performance.now();
await Promise.all(Array.from({ length: Number(values['at-once']) }, () => work(from)));
console.log(JSON.stringify({ sessions: count, seconds: (performance.now() - from) / 1000 }));

import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReadingOffice, TOM, ANNA } from '../../../test/support/reading-office.ts';
import { MemoryTranscripts } from '../../../test/support/memory-transcripts.ts';
import { startReadingServer, type ReadingServer } from '../../../test/support/reading-listeners.ts';
import { systemClock } from '../../host/system-clock.ts';
import { createTcpConnect } from '../../protocol/connection/tcp-connect.ts';
import { openImapSession } from '../../protocol/imap/client/open-session.ts';
import { ImapSource } from './from/imap-source.ts';
import { importMail } from './import-mail.ts';
import type { TransferReport } from './port.ts';

let old: ReadingServer;
let office: ReadingOffice;
let transcripts: MemoryTranscripts;

beforeEach(async () => {
  old = await startReadingServer();
  office = new ReadingOffice();
  transcripts = new MemoryTranscripts();
});

afterEach(() => old.stop());

interface PullOptions {
  readonly port?: number;
  readonly tls?: 'implicit' | 'starttls' | 'none';
  readonly signal?: AbortSignal;
}

async function pull(options: PullOptions = {}): Promise<TransferReport> {
  const tls = options.tls ?? 'implicit';
  const session = await openImapSession(
    {
      host: '127.0.0.1',
      port: options.port ?? (tls === 'implicit' ? old.ports.imaps : old.ports.imap),
      tls,
      mustVerify: false,
      credentials: { user: 'tom@server1.com', password: 'secret-tom' },
    },
    { connect: createTcpConnect({ clock: systemClock }), transcripts, clock: systemClock, randomBytes },
  );
  return importMail({
    source: await ImapSource.open(session),
    accountId: ANNA,
    mailStore: office.store,
    receiver: office.receiver,
    clock: office.clock,
    signal: options.signal ?? new AbortController().signal,
    onProgress: () => undefined,
  });
}

async function textsOf(mailbox: string): Promise<readonly string[]> {
  const found = await office.store.findMailbox(ANNA, mailbox);
  const texts: string[] = [];
  for (const { uid } of found === null ? [] : await office.store.listEntries(found.id)) {
    const message = await office.store.openMessage(found?.id ?? 0, uid);
    texts.push(Buffer.from((await message?.readRange(0, message.sizeBytes)) ?? []).toString());
  }
  return texts;
}

test.each(['implicit', 'starttls'] as const)(
  'mailboxes, flags, dates and octets come over (%s), and again nothing comes twice',
  async (tls) => {
    const flags = ['\\Seen', '\\Flagged', '$Work'];
    await old.office.arrive('Message-ID: <1@old>\nSubject: one\n\n..dots\n', {
      flags,
      internalDate: 1_000_000,
    });
    await old.office.arrive('Subject: without an id\n\nx\n');
    await old.office.store.createMailbox(TOM, 'Projekte/Köln');
    await old.office.arrive('Message-ID: <2@old>\n\ny\n', { mailbox: 'Projekte/Köln' });
    const first = await pull({ tls });
    expect(first).toMatchObject({
      end: { kind: 'done' },
      progress: { messages: 3, skipped: 0, failed: 0, totalMessages: 3 },
    });
    expect(await textsOf('INBOX')).toEqual([
      'Message-ID: <1@old>\r\nSubject: one\r\n\r\n..dots\r\n',
      'Subject: without an id\r\n\r\nx\r\n',
    ]);
    expect(await textsOf('Projekte/Köln')).toEqual(['Message-ID: <2@old>\r\n\r\ny\r\n']);
    const inbox = await office.store.findMailbox(ANNA, 'INBOX');
    const [entry] = await office.store.listEntries(inbox?.id ?? 0);
    expect(entry).toMatchObject({ flags, internalDate: 1_000_000 });
    expect((await pull({ tls })).progress).toMatchObject({ messages: 0, skipped: 3 });
    expect(transcripts.last.lines.join('\n')).not.toMatch(/secret|AGRvbU|c2VjcmV0/u);
  },
);

test('more messages than are asked for at a time come in their order, and what has gone meanwhile is left out', async () => {
  for (let i = 0; i < 40; i++) await old.office.arrive(`Message-ID: <${i}@old>\n\ntext ${i}\n`);
  const inbox = await old.office.store.findMailbox(TOM, 'INBOX');
  await old.office.store.removeMessages(inbox?.id ?? 0, [3, 17]);
  expect((await pull()).progress).toMatchObject({ messages: 38, failed: 0 });
  expect((await textsOf('INBOX')).map((text) => Number(/text (\d+)/u.exec(text)?.[1]))).toEqual(
    Array.from({ length: 40 }, (_, i) => i).filter((i) => i !== 2 && i !== 16),
  );
});

test('one that is cancelled keeps what has come', async () => {
  for (let i = 0; i < 5; i++) await old.office.arrive(`Message-ID: <${i}@old>\n\ntext\n`);
  const stop = new AbortController();
  stop.abort();
  expect((await pull({ signal: stop.signal })).end).toEqual({ kind: 'cancelled' });
});

/** A server that says what a test wants, one function per command name. */
async function serveScript(answer: (tag: string, command: string, socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.write('* OK an old server\r\n');
    socket.on('error', () => undefined);
    let input = '';
    socket.on('data', (data) => {
      input += data.toString('latin1');
      for (let end = input.indexOf('\r\n'); end >= 0; end = input.indexOf('\r\n')) {
        const [, tag = '', command = ''] = /^(\S+) (.*)$/u.exec(input.slice(0, end)) ?? [];
        input = input.slice(end + 2);
        answer(tag, command, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** An elder server in the manner of Courier: names below INBOX, LOGIN only, literals where others have strings. */
function elderServer(body: (socket: Socket, tag: string) => void) {
  return (tag: string, command: string, socket: Socket): void => {
    const say = (...lines: string[]) => socket.write(lines.map((line) => `${line}\r\n`).join(''));
    if (command === 'CAPABILITY') say('* CAPABILITY IMAP4rev1 NAMESPACE', `${tag} OK done`);
    else if (command.startsWith('LOGIN'))
      say('* CAPABILITY IMAP4rev1 NAMESPACE', `${tag} OK [ALERT] welcome`);
    else if (command === 'NAMESPACE') say('* NAMESPACE (("INBOX." ".")) NIL NIL', `${tag} OK done`);
    else if (command.startsWith('LIST'))
      say(
        '* LIST (\\HasChildren) "." "INBOX"',
        '* LIST (\\HasNoChildren) "." {16}',
        'INBOX.Sent Items',
        '* LIST (\\Noselect) "." "INBOX.Old"',
        '* LIST (\\HasNoChildren) "." "INBOX.Old.K&APY-ln"',
        `${tag} OK done`,
      );
    else if (command.startsWith('STATUS'))
      say(`* STATUS "x" (MESSAGES ${command.includes('Sent') ? 1 : 0})`, `${tag} OK done`);
    else if (command.startsWith('EXAMINE'))
      say(`* ${command.includes('Sent') ? 1 : 0} EXISTS`, '* 1 RECENT', `${tag} OK [READ-ONLY] done`);
    else if (command.includes('(UID)')) say('* 1 FETCH (UID 7)', `${tag} OK done`);
    else if (command.includes('RFC822.SIZE'))
      say(
        '* 1 FETCH (BODY[HEADER.FIELDS (MESSAGE-ID)] {25}',
        'Message-ID:\r\n <7@old>\r\n',
        ' RFC822.SIZE 24 INTERNALDATE " 1-Jan-2020 10:00:00 +0100" FLAGS (\\Seen \\Recent Odd]Flag) UID 7)',
        `${tag} OK done`,
      );
    else if (command.includes('BODY.PEEK[]')) body(socket, tag);
    else say(`${tag} BAD what?`);
  };
}

test('an elder server is understood: INBOX. before names, LOGIN, literals, UIDs behind bodies', async () => {
  const text = 'Subject: x\r\n\r\nhello\r\n';
  const server = await serveScript(
    elderServer((socket, tag) => {
      socket.write(`* 1 FETCH (BODY[] {${text.length}}\r\n${text} UID 7)\r\n${tag} OK done\r\n`);
    }),
  );
  const { port } = server.address() as AddressInfo;
  expect(await pull({ port, tls: 'none' })).toMatchObject({
    end: { kind: 'done' },
    progress: { messages: 1, totalMessages: 1, failed: 0 },
  });
  expect(await textsOf('Sent')).toEqual([text]);
  const sent = await office.store.findMailbox(ANNA, 'Sent');
  const [entry] = await office.store.listEntries(sent?.id ?? 0);
  expect(entry).toMatchObject({ flags: ['\\Seen', 'Odd]Flag'], internalDate: Date.UTC(2020, 0, 1, 9) });
  server.close();
});

test.each<[title: string, body: (socket: Socket, tag: string) => void, reason: RegExp]>([
  [
    'hangs up in a message',
    (socket) => void socket.end('* 1 FETCH (UID 7 BODY[] {100}\r\nhalf'),
    /closed the connection/u,
  ],
  [
    'says NO',
    (socket, tag) => void socket.write(`${tag} NO [SERVERBUG] no\r\n`),
    /would not give message 7.*SERVERBUG/u,
  ],
  ['says something else', (socket) => void socket.write('HTTP/1.1 200 OK\r\n'), /not IMAP/u],
  ['sends a line without end', (socket) => void socket.write('* '.repeat(200_000)), /line without end/u],
  [
    'sends literals that nobody asked for',
    (socket) => void socket.write('* 1 FETCH (ENVELOPE {999999999}\r\n'),
    /more than was asked/u,
  ],
])(
  'a server that %s ends the transfer with a sentence, and the next one goes on',
  async (_title, body, reason) => {
    const server = await serveScript(elderServer(body));
    const { port } = server.address() as AddressInfo;
    const { end, progress } = await pull({ port, tls: 'none' });
    expect(end).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) as string });
    expect(progress).toMatchObject({ messages: 0, failed: 0 });
    server.close();
    await old.office.arrive('Message-ID: <1@old>\n\nx\n');
    expect((await pull()).progress).toMatchObject({ messages: 1 });
  },
);

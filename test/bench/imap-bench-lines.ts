/** What the IMAP bench measures, line by line. Each line gets a session that has selected INBOX. */
import type { ImapLoadSession } from './imap-load.ts';
import { NEEDLE } from './imap-messages.ts';

export interface BenchContext {
  readonly session: ImapLoadSession;
  /** Another session that has signed in. */
  readonly open: () => Promise<ImapLoadSession>;
  readonly size: { readonly messages: number; readonly idleSessions: number };
  /** The sessions of this server that idle. */
  readonly idle: ImapLoadSession[];
  /** What the server's processes hold now. */
  readonly memory: () => string;
}

export interface BenchLine {
  readonly title: string;
  /** The capability without which there is nothing to measure. */
  readonly needs?: string;
  /** How often it is measured; the median counts. Caches and compilers are warm in a server that has run for a while. */
  readonly times?: number;
  readonly prepare?: (context: BenchContext) => Promise<void>;
  /** What is measured; answers a remark. */
  readonly run: (context: BenchContext) => Promise<string | void>;
  readonly finish?: (context: BenchContext) => Promise<void>;
}

const OFTEN = 5;
const SIGN_INS = 100;
const BODIES = 1_000;
const STORED = 10_000;
const COPIED = 1_000;
const CHANGED = 100;
const MIXED_SESSIONS = 50;
const MIXED_ROUNDS = 10;
const NEW_MESSAGE = 'From: anna@example.org\r\nSubject: new\r\n\r\nHello.\r\n';
const APPEND = `APPEND Small {${NEW_MESSAGE.length}+}\r\n${NEW_MESSAGE}`;

function command(title: string, text: string | ((context: BenchContext) => string)): BenchLine {
  const make = typeof text === 'string' ? () => text : text;
  return {
    title,
    run: async (context) => {
      await context.session.run(make(context));
    },
  };
}

function often(title: string, text: string): BenchLine {
  return { ...command(title, text), times: OFTEN };
}

/** A search, and how many messages it found. */
function search(keys: string): BenchLine {
  return {
    title: `SEARCH ${keys}`,
    times: OFTEN,
    run: async ({ session }) => {
      const heard = await session.run(`UID SEARCH RETURN (COUNT) ${keys}`);
      return `found ${/COUNT (\d+)/.exec(heard)?.[1] ?? '?'}`;
    },
  };
}

const SEARCHES = [
  'UNSEEN',
  'SINCE 1-Feb-2026',
  'FROM "anna7@"',
  'SUBJECT "budget"',
  'HEADER Message-ID "<77@"',
  `BODY "${NEEDLE}"`,
  `BODY "${NEEDLE}" UNSEEN`,
  'BODY "nothing has this"',
  `TEXT "${NEEDLE}"`,
  'BODY "printer coffee window"',
];

export const LINES: readonly BenchLine[] = [
  { title: `sign-in and SELECT, ${SIGN_INS} times`, run: signInOften },
  command('FETCH 1:* (FLAGS UID), first time', 'FETCH 1:* (FLAGS UID)'),
  often('FETCH 1:* (FLAGS UID)', 'FETCH 1:* (FLAGS UID)'),
  command('ENVELOPE BODYSTRUCTURE, first time', 'FETCH 1:* (ENVELOPE BODYSTRUCTURE)'),
  often('ENVELOPE BODYSTRUCTURE, again', 'FETCH 1:* (ENVELOPE BODYSTRUCTURE)'),
  often('header fields of 1,000', 'FETCH 1:1000 (BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)])'),
  command(`bodies of ${BODIES}, first time`, `FETCH 1:${BODIES} (BODY.PEEK[])`),
  often(`bodies of ${BODIES}, again`, `FETCH 1:${BODIES} (BODY.PEEK[])`),
  command(
    `STORE of ${STORED}`,
    ({ size }) => `STORE 1:${Math.min(STORED, size.messages)} +FLAGS.SILENT (\\Flagged)`,
  ),
  command(
    `STORE of ${STORED}, answered`,
    ({ size }) => `STORE 1:${Math.min(STORED, size.messages)} -FLAGS (\\Flagged)`,
  ),
  {
    title: `COPY of ${COPIED}`,
    prepare: create('Copies'),
    run: (context) => ask(context, `COPY 1:${COPIED} Copies`),
  },
  {
    title: `MOVE of ${COPIED}`,
    prepare: async (context) => {
      await create('Moved')(context);
      await context.session.run('SELECT Copies');
    },
    run: (context) => ask(context, `MOVE 1:${COPIED} Moved`),
  },
  { title: `QRESYNC after ${CHANGED} changes`, needs: 'QRESYNC', prepare: changeSome, run: resynchronize },
  ...SEARCHES.map(search),
  { needs: 'SORT', ...command('SORT (SUBJECT), first time', 'UID SORT (SUBJECT) UTF-8 ALL') },
  { needs: 'SORT', ...often('SORT (SUBJECT)', 'UID SORT (SUBJECT) UTF-8 ALL') },
  { needs: 'SORT', ...often('SORT (REVERSE DATE)', 'UID SORT (REVERSE DATE) UTF-8 ALL') },
  { needs: 'THREAD=REFERENCES', ...often('THREAD REFERENCES', 'UID THREAD REFERENCES UTF-8 ALL') },
  { title: 'idle sessions: come in', prepare: create('Small'), run: openIdle },
  { title: 'idle sessions: hear of a delivery', run: deliverToIdle },
  { title: 'idle sessions: ten deliveries more', run: deliverTenToIdle, finish: closeIdle },
  { title: `${MIXED_SESSIONS} sessions of mixed work`, prepare: create('Small'), run: workMixed },
];

async function ask({ session }: BenchContext, text: string): Promise<void> {
  await session.run(text);
}

function create(name: string): (context: BenchContext) => Promise<void> {
  return async ({ session }) => {
    const heard = await session.run(`LIST "" ${name}`);
    if (!heard.includes('* LIST')) await session.run(`CREATE ${name}`);
  };
}

async function signInOften({ open }: BenchContext): Promise<void> {
  for (let round = 0; round < SIGN_INS; round++) {
    const session = await open();
    await session.run('SELECT INBOX');
    session.close();
  }
}

let before = { uidValidity: '', modSeq: '' };

/** What a client knew that was away while others changed flags and removed messages. */
async function changeSome({ session }: BenchContext): Promise<void> {
  await session.run('UNSELECT');
  const heard = await session.run('ENABLE QRESYNC', 'SELECT INBOX');
  const uidValidity = /UIDVALIDITY (\d+)/.exec(heard)?.[1] ?? '';
  before = { uidValidity, modSeq: /HIGHESTMODSEQ (\d+)/.exec(heard)?.[1] ?? '' };
  await session.run(`STORE 1:${CHANGED - 10} +FLAGS.SILENT ($Changed)`);
  await session.run('STORE 101:110 +FLAGS.SILENT (\\Deleted)', 'EXPUNGE', 'UNSELECT');
}

async function resynchronize({ session }: BenchContext): Promise<void> {
  await session.run(`SELECT INBOX (QRESYNC (${before.uidValidity} ${before.modSeq}))`);
}

async function openIdle({ open, size, idle, memory }: BenchContext): Promise<string> {
  const without = memory();
  while (idle.length < size.idleSessions) idle.push(...(await Promise.all(Array.from({ length: 20 }, open))));
  await Promise.all(idle.map((session) => session.run('SELECT Small')));
  await Promise.all(
    idle.map((session) => {
      session.write('i IDLE\r\n');
      return session.hear(/^\+/m);
    }),
  );
  return `${idle.length} sessions, memory ${without} before, ${memory()} with them`;
}

async function deliverToIdle({ session, idle }: BenchContext): Promise<void> {
  const heard = idle.map((each) => {
    each.write('');
    return each.hear(/EXISTS\r\n/);
  });
  await session.run(APPEND);
  await Promise.all(heard);
}

async function deliverTenToIdle(context: BenchContext): Promise<void> {
  for (let round = 0; round < 10; round++) await deliverToIdle(context);
}

async function closeIdle({ idle }: BenchContext): Promise<void> {
  await Promise.all(idle.map((session) => (session.write('DONE\r\n'), session.hear(/^i OK/m))));
  for (const session of idle.splice(0)) session.close();
}

async function workMixed({ open, size }: BenchContext): Promise<void> {
  const work = async (number: number): Promise<void> => {
    const session = await open();
    for (let round = 0; round < MIXED_ROUNDS; round++) {
      const first = 1 + ((number * 397 + round * 131) % Math.max(1, size.messages - 2_500));
      await session.run('SELECT INBOX');
      await session.run(`FETCH ${first}:${first + 199} (UID FLAGS)`);
      await session.run(`FETCH ${first}:${first + 49} (UID ENVELOPE BODYSTRUCTURE)`);
      for (let each = 0; each < 5; each++) await session.run(`FETCH ${first + each} (UID BODY.PEEK[])`);
      await session.run(`STORE ${first} +FLAGS (\\Seen)`, APPEND, 'NOOP', 'STATUS Small (MESSAGES UNSEEN)');
      await session.run('SEARCH UNSEEN SUBJECT "budget" 1:500');
    }
    session.close();
  };
  await Promise.all(Array.from({ length: MIXED_SESSIONS }, (_, number) => work(number)));
}

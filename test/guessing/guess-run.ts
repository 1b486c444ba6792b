/**
 * An attack and an honest user: wrong passwords from many addresses against all mail doors, while somebody who has been there
 * before signs in again and again. The addresses are named by PROXY headers, as a proxy in front would.
 */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { memoryOfTree } from '../bench/process-memory.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';

const ANNA = 'anna@server1.com';
/** Where Anna sits. */
const HOME = '203.0.113.5';
const BETWEEN_SIGN_INS_MS = 50;
const BASELINE_SIGN_INS = 100;
/** What a client waits for an answer at most; refusals wait up to ten seconds. */
const PATIENCE_MS = 60_000;

export interface GuessPlan {
  readonly guesses: number;
  readonly addresses: number;
  /** Connections of the attack at once. */
  readonly atOnce: number;
}

export interface GuessResult {
  /** How the guesses ended. */
  readonly outcomes: Readonly<Record<'refused' | 'turnedAway' | 'letIn', number>>;
  /** Milliseconds of the honest user's sign-ins, before and during the attack; one that failed is Infinity. */
  readonly before: readonly number[];
  readonly during: readonly number[];
  /** MiB, before and at most. */
  readonly memory: { readonly before: number; readonly most: number };
  readonly seconds: number;
}

type Door = 'imap' | 'pop3' | 'submission' | 'managesieve';
const DOORS: readonly Door[] = ['imap', 'pop3', 'submission', 'managesieve'];

export async function runGuesses(plan: GuessPlan): Promise<GuessResult> {
  const security = { allowCleartextAuth: true, trustedProxies: { proxyProtocol: ['127.0.0.1'] } };
  const folder = await makeWorkFolder({ ...OFFICE, security });
  const service = await startOffice(folder);
  try {
    return await attack(service, plan);
  } finally {
    await service.end();
    await folder.remove();
  }
}

async function attack(service: ServiceProcess, plan: GuessPlan): Promise<GuessResult> {
  const before: number[] = [];
  for (let count = 0; count < BASELINE_SIGN_INS; count++) before.push(await signInHonestly(service));
  const memory = { before: memoryOf(service), most: 0 };
  const outcomes = { refused: 0, turnedAway: 0, letIn: 0 };
  const started = performance.now();
  let isOver = false;
  const during: number[] = [];
  const honest = async () => {
    while (!isOver) {
      during.push(await signInHonestly(service));
      memory.most = Math.max(memory.most, memoryOf(service));
    }
  };
  let next = 0;
  const guesser = async () => {
    while (next < plan.guesses) outcomes[await guess(service, next++, plan.addresses)]++;
  };
  const guessing = Promise.all(Array.from({ length: plan.atOnce }, guesser)).finally(() => (isOver = true));
  await Promise.all([guessing, honest()]);
  return { outcomes, before, during, memory, seconds: (performance.now() - started) / 1000 };
}

/** How long a sign-in of Anna's takes, from the connection to the OK. */
async function signInHonestly(service: ServiceProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, BETWEEN_SIGN_INS_MS));
  const start = performance.now();
  const heard = await talk(service.port('imap'), HOME, {
    said: `a LOGIN ${ANNA} anna-password\r\n`,
    isAnswer: (text) => /^a (OK|NO|BAD)/mu.test(text),
  });
  return /^a OK/mu.test(heard) ? performance.now() - start : Infinity;
}

/** One wrong password; half of them for Anna, the others for names that nobody has. */
async function guess(
  service: ServiceProcess,
  number: number,
  addresses: number,
): Promise<keyof GuessResult['outcomes']> {
  const door = DOORS[number % DOORS.length] ?? 'imap';
  const from = number % addresses;
  // Each in a network of its own: the worst for whoever counts.
  const address = `10.${from >> 8}.${from & 0xff}.1`;
  const name = number % 2 === 0 ? ANNA : `nobody${number}@server1.com`;
  const heard = await talk(service.port(door), address, {
    said: linesOf(door, name, `wrong${number}`),
    isAnswer: (text) => ANSWER[door].test(text),
  });
  if (LET_IN[door].test(heard)) return 'letIn';
  return /AUTHENTICATIONFAILED|\[AUTH\] Wrong|5\.7\.8|"Wrong name/u.test(heard) ? 'refused' : 'turnedAway';
}

const ANSWER: Readonly<Record<Door, RegExp>> = {
  imap: /^a (OK|NO|BAD)|^\* BYE/mu,
  pop3: /^\+OK Now[^]*^(\+OK|-ERR)|^-ERR \[SYS/mu,
  submission: /^(235|535|454|421)/mu,
  managesieve: /^OK "Signed|^NO|^BYE/mu,
};
const LET_IN: Readonly<Record<Door, RegExp>> = {
  imap: /^a OK/mu,
  pop3: /^\+OK Now[^]*^\+OK/mu,
  submission: /^235/mu,
  managesieve: /^OK "Signed/mu,
};

function linesOf(door: Door, name: string, password: string): string {
  const plain = Buffer.from(`\0${name}\0${password}`).toString('base64');
  switch (door) {
    case 'imap':
      return `a LOGIN ${name} ${password}\r\n`;
    case 'pop3':
      return `USER ${name}\r\nPASS ${password}\r\n`;
    case 'submission':
      return `EHLO guesser.example\r\nAUTH PLAIN ${plain}\r\n`;
    case 'managesieve':
      return `AUTHENTICATE "PLAIN" "${plain}"\r\n`;
  }
}

/** Connects as the address, says it all, and answers what was heard up to the answer or the end. */
function talk(
  port: number,
  address: string,
  { said, isAnswer }: { said: string; isAnswer: (heard: string) => boolean },
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let heard = '';
    const end = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.setTimeout(PATIENCE_MS, end);
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (isAnswer(heard)) end();
    });
    socket.write(`PROXY TCP4 ${address} 192.0.2.1 40000 ${port}\r\n${said}`);
  });
}

function memoryOf(service: ServiceProcess): number {
  return memoryOfTree(service.process.pid ?? 0) / 1024;
}

/** Those who get nowhere: they want to relay, guess names and passwords, or speak something else. */
import { LineClient, ConnectionLostError } from '../../test/support/line-client.ts';
import { RefusedError, SmtpClient } from '../../test/support/smtp-client.ts';
import { portOf, type DemoOffice } from './demo-office.ts';
import { DOMAINS, STAFF, STRANGERS, strangeMachine } from './office.ts';

const GUESSED_NAMES = ['info2', 'admin', 'jane.doe', 'webmaster1', 'test', 'hr', 'ceo', '王小明'];
const GUESSED_PASSWORDS = ['123456', 'password1', 'Welcome2026', 'qwerty', 'letmein'];

/** RFC 5321 §3.6.1: mail for somewhere else, from somebody we do not know. */
export async function tryToRelay(office: DemoOffice): Promise<void> {
  const client = await connectAsStranger(office);
  await beRefused(client, [
    'MAIL FROM:<offers@bulk.example>',
    `RCPT TO:<victim${office.dice.below(90)}@elsewhere.example>`,
  ]);
}

export async function writeToNobody(office: DemoOffice): Promise<void> {
  const { dice } = office;
  const client = await connectAsStranger(office);
  const names = [dice.pick(GUESSED_NAMES), dice.pick(GUESSED_NAMES)];
  const guesses = names.map((name) => `RCPT TO:<${name}@${dice.pick(DOMAINS)}>`);
  await beRefused(client, [`MAIL FROM:<${dice.pick(STRANGERS).address}> SMTPUTF8`, ...guesses]);
}

export async function guessSubmissionPassword(office: DemoOffice): Promise<void> {
  const { dice } = office;
  const account = { user: dice.pick(STAFF).address, password: dice.pick(GUESSED_PASSWORDS) };
  const machine = { name: 'ylmf-pc', ...strangeMachine(dice.below(1000)) };
  const port = portOf(office, 'submissions');
  try {
    const client = await SmtpClient.connect({ port, tls: 'implicit', account, ...machine });
    client.close();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
  }
}

export async function guessImapPassword(office: DemoOffice): Promise<void> {
  const { dice } = office;
  const guess = `a LOGIN ${dice.pick(STAFF).address} ${dice.pick(GUESSED_PASSWORDS)}`;
  await talk(office, 'imaps', [guess, 'b LOGOUT']);
}

export async function guessPop3Password(office: DemoOffice): Promise<void> {
  const { dice } = office;
  const commands = [`USER ${dice.pick(STAFF).address}`, `PASS ${dice.pick(GUESSED_PASSWORDS)}`, 'QUIT'];
  await talk(office, 'pop3s', commands);
}

/** A scanner that takes every port for a web server. */
export async function probe(office: DemoOffice): Promise<void> {
  const name = office.dice.pick(['smtp', 'submission', 'imap', 'pop3']);
  await talk(office, name, ['GET / HTTP/1.1', 'Host: mail.harbor-office.example']);
}

function connectAsStranger(office: DemoOffice): Promise<SmtpClient> {
  const { dice } = office;
  const tls = dice.falls(0.5) ? 'starttls' : 'none';
  const machine = strangeMachine(dice.below(1000));
  return SmtpClient.connect({ port: portOf(office, 'smtp'), tls, name: 'ylmf-pc', ...machine });
}

/** Sends the commands whatever the server says to each, then QUIT. */
async function beRefused(client: SmtpClient, commands: readonly string[]): Promise<void> {
  try {
    for (const command of commands) await client.command(command, '').catch(ignoreRefusal);
    await client.quit();
  } finally {
    client.close();
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof RefusedError)) throw error;
}

/** Says one line after another, each when something has been answered, and hangs up. */
async function talk(office: DemoOffice, listener: string, lines: readonly string[]): Promise<void> {
  const tls = listener.endsWith('s') ? 'implicit' : 'none';
  const machine = strangeMachine(office.dice.below(1000));
  const client = new LineClient({ port: portOf(office, listener), tls, ...machine });
  try {
    await client.readLine();
    for (const line of lines) {
      client.write(`${line}\r\n`);
      await client.readLine();
    }
  } catch (error) {
    // Some are thrown out before they are through.
    if (!(error instanceof ConnectionLostError)) throw error;
  } finally {
    client.destroy();
  }
}

/** Somebody with an old mail program who collects mail over POP3 and deletes it on the server. */
import { LineClient } from '../../test/support/line-client.ts';
import { portOf, type DemoOffice } from './demo-office.ts';
import { MAIL_PASSWORD, STAFF, type Person } from './office.ts';

const COLLECTORS = STAFF.filter(({ address }) => /^(?:accounting|warehouse)@/u.test(address));
const MOST_COLLECTED = 4;

export async function collectMail(office: DemoOffice): Promise<void> {
  const isSecure = office.dice.falls(0.5);
  const port = portOf(office, isSecure ? 'pop3s' : 'pop3');
  const person = office.dice.pick(COLLECTORS);
  const client = new LineClient({ port, tls: isSecure ? 'implicit' : 'none', ...person.from });
  try {
    await client.readLine();
    if (!isSecure) {
      await ask(client, 'STLS');
      client.startTls();
    }
    await collect(client, person);
  } finally {
    client.destroy();
  }
}

async function collect(client: LineClient, person: Person): Promise<void> {
  await ask(client, `USER ${person.address}`);
  await ask(client, `PASS ${MAIL_PASSWORD}`);
  const [, count = '0'] = (await ask(client, 'STAT')).split(' ');
  await ask(client, 'UIDL');
  await skipLines(client);
  for (let number = 1; number <= Math.min(Number(count), MOST_COLLECTED); number++) {
    await ask(client, `RETR ${number}`);
    await skipLines(client);
    await ask(client, `DELE ${number}`);
  }
  await ask(client, 'QUIT');
}

/** Sends a command; throws unless the answer is positive. */
export async function ask(client: LineClient, command: string): Promise<string> {
  client.write(`${command}\r\n`);
  const answer = await client.readLine();
  if (!answer.startsWith('+OK')) throw new Error(`expected +OK, got ${answer}`);
  return answer;
}

/** The rest of an answer of several lines (RFC 1939 §3). */
async function skipLines(client: LineClient): Promise<void> {
  while ((await client.readLine()) !== '.');
}

/**
 * Passwords of people, right and wrong, at every door: none is in the log, in a transcript, in the process list, or anywhere in the data
 * folder. (What every other whole-system test writes is looked through by test/support/service-process.ts.)
 */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runClient, submitWithSwaks, readWithCurl } from '../support/clients.ts';
import { secretsIn, secretsInFolder, spellingsOf } from '../support/secrets.ts';
import { LineClient } from '../support/line-client.ts';
import {
  makeWorkFolder,
  OFFICE,
  startService,
  ALL_FREE_PORTS,
  type ServiceProcess,
} from '../support/service-process.ts';

const RIGHT = 'Zx-right-9f3c-password';
const WRONG = 'Zx-wrong-71be-password';
const SMART_HOST = 'Zx-smart-44aa-password';
const ADMINISTRATOR = 'Zx-admin-0d2e-password';
const TOKEN = 'Zx.token.5c1d.bearer';
const PEOPLE = [RIGHT, WRONG, ADMINISTRATOR, TOKEN];
const ANNA = 'anna@server1.com';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let commandLine: string;

beforeAll(async () => {
  const [domain] = OFFICE.domains;
  folder = await makeWorkFolder({
    ...OFFICE,
    admin: { name: 'admin', password: ADMINISTRATOR },
    domains: [{ ...domain, accounts: [{ localPart: 'anna', password: RIGHT, name: 'Anna' }], aliases: [] }],
    relay: {
      mode: 'smarthost',
      host: '127.0.0.1',
      port: 1,
      tls: 'none',
      user: 'office',
      password: SMART_HOST,
    },
    security: {
      allowCleartextAuth: true,
      tokenIssuer: { issuer: 'http://127.0.0.1:1', audience: 'postroom' },
    },
  });
  service = await startService([
    ...['--data', folder.data, '--provision', folder.provisionFile, '--bind', '127.0.0.1'],
    ...['--ports', ALL_FREE_PORTS, '--console', '127.0.0.1:0', '--log-level', 'debug'],
  ]);
  commandLine = await readFile(`/proc/${service.process.pid ?? 0}/cmdline`, 'utf8');
  await tryEveryDoor();
  await service.end();
});

afterAll(() => folder.remove());

/** Right and wrong, in the order in which people do it: also a password where the name should be. */
async function tryEveryDoor(): Promise<void> {
  for (const password of [RIGHT, WRONG]) {
    const mailbox = { user: ANNA, password };
    const sent = await submitWithSwaks(service.port('submission'), mailbox, {
      to: 'jack@server2.example',
      subject: 'x',
    });
    expect(sent.output).toContain(password === RIGHT ? '235 2.7.0' : '535 5.7.8');
    await readWithCurl(`imaps://127.0.0.1:${service.port('imaps')}/INBOX`, mailbox);
    await readWithCurl(`pop3s://127.0.0.1:${service.port('pop3s')}/`, mailbox);
    const login = Buffer.from(password).toString('base64');
    const plain = Buffer.from(`\0${ANNA}\0${password}`).toString('base64');
    const name = Buffer.from(ANNA).toString('base64');
    await say('imap', [
      `a LOGIN ${ANNA} "${password}"`,
      `b AUTHENTICATE PLAIN`,
      plain,
      `c LOGIN "${password}" x`,
    ]);
    await say('pop3', [`USER ${ANNA}`, `PASS ${password}`, `AUTH PLAIN ${plain}`, `PASS ${password}`]);
    await say('submission', ['EHLO x', 'AUTH LOGIN', name, login, `AUTH PLAIN ${plain}`, login]);
    await say('managesieve', [`AUTHENTICATE "PLAIN" "${plain}"`]);
  }
  const bearer = Buffer.from(`n,a=${ANNA},\x01auth=Bearer ${TOKEN}\x01\x01`).toString('base64');
  await say('imap', [`a AUTHENTICATE OAUTHBEARER ${bearer}`, '']);
  for (const password of [ADMINISTRATOR, WRONG]) {
    const body = JSON.stringify({ json: { name: 'admin', password } });
    const json = ['-H', 'Content-Type: application/json', '--data', body];
    await runClient('curl', ['-sS', ...json, `${service.ready.console}rpc/session/signIn`]);
  }
}

/** Says the lines one by one, whatever is answered, until the server ends it or nothing is left to say. */
async function say(listener: string, lines: readonly string[]): Promise<void> {
  const client = new LineClient({ port: service.port(listener) });
  try {
    for (const line of lines) {
      await client.readLine();
      client.write(`${line}\r\n`);
    }
    await client.readLine();
  } catch {
    // It was ended for too many mistakes, which is as good.
  }
  client.destroy();
}

describe('no password', () => {
  test('is in the log, whose level is debug', () => {
    expect(service.log.length).toBeGreaterThan(1_000);
    expect(secretsIn(service.log, [...PEOPLE, SMART_HOST])).toEqual([]);
  });

  test('is in the process list', () => {
    expect(secretsIn(commandLine, [...PEOPLE, SMART_HOST])).toEqual([]);
  });

  test('of a person is anywhere in the data folder: transcripts, timelines, sign-ins, credentials', async () => {
    expect(await secretsInFolder(folder.data, ['anna@server1.com'])).not.toEqual([]);
    expect(await secretsInFolder(folder.data, PEOPLE)).toEqual([]);
  });
});

test('the search itself finds what AUTH PLAIN and LOGIN carry', () => {
  for (const name of ['', 'a', 'ab', 'abc', ANNA]) {
    const carried = Buffer.from(`\0${name}\0${RIGHT}`).toString('base64');
    expect(secretsIn(carried, [RIGHT])).toEqual([RIGHT]);
  }
  expect(secretsIn(Buffer.from(RIGHT).toString('base64'), [RIGHT])).toEqual([RIGHT]);
  expect(spellingsOf(RIGHT)).toHaveLength(4);
});

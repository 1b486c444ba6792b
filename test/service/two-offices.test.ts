/**
 * Two offices exchange mail: the story of the books, with two services, a DNS server with their MX records, and nothing
 * between them but SMTP on port 25. Each has an address of its own on this machine; port 25 needs root.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueRow } from '../../src-main/contract/queue.ts';
import { readWithCurl, runClient, runPython, submitWithSwaks, type Mailbox } from '../support/clients.ts';
import { signInToConsole } from '../support/console-caller.ts';
import { TestDnsServer } from '../support/dns-server.ts';
import { makeWorkFolder, startService, type ServiceProcess } from '../support/service-process.ts';

const isRoot = process.getuid?.() === 0;
const ADMIN = { name: 'admin', password: 'correct horse battery' };
const ARRIVAL_TIMEOUT_MS = 30_000;

interface Person extends Mailbox {
  readonly localPart: string;
}

class Office {
  readonly domain: string;
  readonly address: string;
  #folder: Awaited<ReturnType<typeof makeWorkFolder>> | undefined;
  #service: ServiceProcess | undefined;

  constructor(domain: string, address: string) {
    this.domain = domain;
    this.address = address;
  }

  get service(): ServiceProcess {
    if (this.#service === undefined) throw new Error(`${this.domain} is not running`);
    return this.#service;
  }

  async furnish(people: readonly string[], more: object): Promise<void> {
    this.#folder = await makeWorkFolder({
      hostname: `mail.${this.domain}`,
      admin: ADMIN,
      domains: [
        {
          name: this.domain,
          accounts: people.map((localPart) => ({ localPart, password: `${localPart}-password` })),
          aliases: [{ localPart: 'friends', to: [`${people[0]}@${this.domain}`, 'jack@server2.com'] }],
        },
      ],
      queue: { firstRetrySeconds: 1, longestRetrySeconds: 2 },
      ...more,
    });
  }

  async open(): Promise<void> {
    const folder = this.#folder;
    if (folder === undefined) throw new Error('not furnished');
    const ports = 'smtp=25,submission=0,submissions=0,pop3=0,pop3s=0,imap=0,imaps=0';
    const place = ['--data', folder.data, '--provision', folder.provisionFile, '--bind', this.address];
    const rest = ['--ports', ports, '--console', '127.0.0.1:0', '--log-level', 'warn'];
    this.#service = await startService([...place, ...rest]);
  }

  async close(): Promise<void> {
    await this.#service?.end();
    this.#service = undefined;
  }

  async leave(): Promise<void> {
    await this.close();
    await this.#folder?.remove();
  }

  person(localPart: string): Person {
    return { localPart, user: `${localPart}@${this.domain}`, password: `${localPart}-password` };
  }

  submit(from: Person, to: string, subject: string) {
    const port = this.service.port('submission');
    return submitWithSwaks(port, from, { to, subject, server: this.address });
  }

  readOverImap({ user, password }: Person): Promise<string> {
    return runPython(READ_IMAP, [this.address, String(this.service.port('imaps')), user, password]).then(
      ({ output }) => output,
    );
  }

  /** What the console shows of the queue. */
  async queue(): Promise<readonly QueueRow[]> {
    const { calls, close } = await signInToConsole(this.service.ready.console, ADMIN);
    const { items } = await calls.queue.list({});
    close();
    return items;
  }

  /** What the console shows of the sessions that went out, newest first. */
  async sessionsOut() {
    const { calls, close } = await signInToConsole(this.service.ready.console, ADMIN);
    const { items } = await calls.transcripts.list({});
    close();
    return items.filter(({ direction }) => direction === 'out');
  }
}

const READ_IMAP = `
import imaplib, ssl, sys
host, port, user, password = sys.argv[1:]
context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
box = imaplib.IMAP4_SSL(host, int(port), ssl_context=context)
box.login(user, password); box.select('INBOX')
for number in box.search(None, 'ALL')[1][0].split():
    print(box.fetch(number, '(RFC822)')[1][0][1].decode())
`;

async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe.runIf(isRoot)('two offices', () => {
  const server1 = new Office('server1.com', '127.0.0.2');
  const server2 = new Office('server2.com', '127.0.0.3');
  const tom = server1.person('tom');
  const anna = server1.person('anna');
  const jack = server2.person('jack');
  let dns: TestDnsServer;

  beforeAll(async () => {
    dns = await TestDnsServer.start({
      'server1.com': { MX: [[10, 'mail.server1.com']] },
      'mail.server1.com': { A: [server1.address] },
      'server2.com': { MX: [[10, 'mail.server2.com']] },
      'mail.server2.com': { A: [server2.address] },
      'gone.example': { MX: [[0, '']] },
    });
    const more = { dns: { servers: [dns.address] } };
    await server1.furnish(['tom', 'anna'], more);
    await server2.furnish(['jack'], more);
    await Promise.all([server1.open(), server2.open()]);
  });

  afterAll(async () => {
    await Promise.all([server1.leave(), server2.leave()]);
    await dns.stop();
  });

  async function arrives(person: Person, office: Office, subject: string): Promise<string> {
    let mail = '';
    await until(async () => {
      mail = await office.readOverImap(person);
      return mail.includes(`Subject: ${subject}`);
    }, `${subject} in the mailbox of ${person.user}`);
    return mail;
  }

  it('one message from Tom reaches Anna here and Jack there, over TLS, and both read it', async () => {
    const sent = await server1.submit(tom, `${anna.user},${jack.user}`, 'Lunch on Friday');
    expect(sent.code).toBe(0);
    const [here, there] = await Promise.all([
      arrives(anna, server1, 'Lunch on Friday'),
      arrives(jack, server2, 'Lunch on Friday'),
    ]);
    expect(here).toContain('Delivered-To: anna@server1.com');
    expect(there).toContain('Return-Path: <tom@server1.com>');
    expect(there).toMatch(/Received: from mail\.server1\.com .*\s+\(using TLSv1\.3/u);
    const pop3 = await readWithCurl(`pop3s://${server2.address}:${server2.service.port('pop3s')}/1`, jack);
    expect(pop3.output).toContain('Subject: Lunch on Friday');
    expect(await server1.queue()).toEqual([]);
    expect(await server1.sessionsOut()).toMatchObject([{ remoteName: 'mail.server2.com', messages: 1 }]);
  });

  it('an alias may lead to both offices, each person getting one copy', async () => {
    expect((await server1.submit(anna, 'friends@server1.com', 'Holidays')).code).toBe(0);
    await Promise.all([arrives(tom, server1, 'Holidays'), arrives(jack, server2, 'Holidays')]);
    await until(async () => (await server1.queue()).length === 0, 'an empty queue');
  });

  it('the next message waits while the other office is closed, says why, and arrives when it opens', async () => {
    await server2.close();
    expect((await server1.submit(tom, jack.user, 'Are you there')).code).toBe(0);
    const reason = async () => (await server1.queue())[0]?.recipient.lastOutcome?.kind;
    await until(async () => (await reason()) === 'deferred', 'a reason');
    const [waiting] = await server1.queue();
    expect(waiting?.recipient).toMatchObject({
      address: 'jack@server2.com',
      state: 'deferred',
      lastOutcome: {
        kind: 'deferred',
        status: '4.4.1',
        remoteMta: 'mail.server2.com',
        diagnostic: 'mail.server2.com [127.0.0.3]:25: the host refused the connection',
      },
    });
    await server2.open();
    await arrives(jack, server2, 'Are you there');
    await until(async () => (await server1.queue()).length === 0, 'an empty queue');
  });

  it('an unknown person there, and a domain that takes no mail, come back to Tom as DSNs', async () => {
    expect((await server1.submit(tom, 'nobody@server2.com,x@gone.example', 'Hello')).code).toBe(0);
    await until(async () => {
      const all = await server1.readOverImap(tom);
      return all.includes('nobody@server2.com') && all.includes('5.1.10');
    }, 'both DSNs');
  });

  it('a stranger who wants to relay through server1 gets 550 5.7.1', async () => {
    const swaks = await runClient('swaks', [
      '--server',
      `${server1.address}:25`,
      '--from',
      'stranger@evil.example',
      '--to',
      jack.user,
    ]);
    expect(swaks.output).toContain(
      '550 5.7.1 Relaying denied: jack@server2.com is not in a domain of this server (rule "Everything else is refused")',
    );
  });

  it('mail never goes in a circle through ourselves', async () => {
    dns.zone = {
      ...dns.zone,
      'circle.example': { MX: [[10, 'circle.example']], A: [server1.address] },
      'named.example': { MX: [[10, 'mail.server1.com']] },
    };
    expect((await server1.submit(tom, 'x@circle.example,y@named.example', 'Round')).code).toBe(0);
    await until(async () => {
      const all = await server1.readOverImap(tom);
      return all.includes('x@circle.example') && all.includes('y@named.example') && all.includes('5.4.6');
    }, 'DSNs of the loop');
    await until(async () => (await server1.queue()).length === 0, 'an empty queue');
  });
});

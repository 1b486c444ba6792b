/**
 * Two offices on one machine: two services, each with an address of its own and port 25 on it (which needs root), and a DNS
 * server with their MX records.
 */
import type { QueueRow } from '../../src-main/contract/queue.ts';
import { runPython, submitWithSwaks, type Mailbox } from './clients.ts';
import { signInToConsole } from './console-caller.ts';
import { TestDnsServer } from './dns-server.ts';
import { makeWorkFolder, startService, type ServiceProcess } from './service-process.ts';

/** Port 25 needs it. */
export const isRoot = process.getuid?.() === 0;
export const ADMIN = { name: 'admin', password: 'correct horse battery' };
const ARRIVAL_TIMEOUT_MS = 30_000;

export interface Person extends Mailbox {
  readonly localPart: string;
}

/** A Postroom service with an address and a domain of its own. */
export class Office {
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
    const ports = 'smtp=25,submission=0,submissions=0,pop3=0,pop3s=0,imap=0,imaps=0,managesieve=0';
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

export async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + ARRIVAL_TIMEOUT_MS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** server1.com with Tom and Anna, server2.com with Jack, and what DNS says of them. */
export class TwoOffices {
  readonly server1 = new Office('server1.com', '127.0.0.2');
  readonly server2 = new Office('server2.com', '127.0.0.3');
  readonly tom = this.server1.person('tom');
  readonly anna = this.server1.person('anna');
  readonly jack = this.server2.person('jack');
  readonly dns: TestDnsServer;

  private constructor(dns: TestDnsServer) {
    this.dns = dns;
  }

  /** `ofServer1`: what else stands in its provision file. */
  static async open(ofServer1: object = {}): Promise<TwoOffices> {
    const dns = await TestDnsServer.start({
      'server1.com': { MX: [[10, 'mail.server1.com']] },
      'mail.server1.com': { A: ['127.0.0.2'] },
      'server2.com': { MX: [[10, 'mail.server2.com']] },
      'mail.server2.com': { A: ['127.0.0.3'] },
      'gone.example': { MX: [[0, '']] },
    });
    const offices = new TwoOffices(dns);
    const { server1, server2 } = offices;
    const more = { dns: { servers: [dns.address] } };
    await server1.furnish(['tom', 'anna'], { ...more, ...ofServer1 });
    await server2.furnish(['jack'], more);
    await Promise.all([server1.open(), server2.open()]);
    return offices;
  }

  async close(): Promise<void> {
    await Promise.all([this.server1.leave(), this.server2.leave()]);
    await this.dns.stop();
  }

  /** The person's INBOX, once a message with the subject is in it. */
  async arrives(person: Person, office: Office, subject: string): Promise<string> {
    let mail = '';
    await until(async () => {
      mail = await office.readOverImap(person);
      return mail.includes(`Subject: ${subject}`);
    }, `${subject} in the mailbox of ${person.user}`);
    return mail;
  }
}

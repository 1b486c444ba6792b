/**
 * Debian's Postfix with a configuration of its own in a folder of its own, for tests: takes mail for one domain into files,
 * and relays what clients on this machine give it. Needs root.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, untilListening } from './free-port.ts';
import { idOf, makeCertificate, readMaildir } from './foreign-server.ts';

export interface PostfixOptions {
  readonly domain: string;
  /** The people who have a mailbox. */
  readonly people: readonly string[];
  /** Lines of main.cf. */
  readonly settings?: Readonly<Record<string, string>>;
}

const ADDRESS = '127.0.0.1';

export class Postfix {
  readonly port: number;
  readonly #folder: string;
  readonly #domain: string;

  private constructor(folder: string, port: number, domain: string) {
    this.#folder = folder;
    this.port = port;
    this.#domain = domain;
  }

  static async start(options: PostfixOptions): Promise<Postfix> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-postfix-'));
    const port = await findFreePort(ADDRESS);
    await chmod(folder, 0o755);
    for (const name of ['spool', 'data', 'mail', 'log']) await mkdir(join(folder, name), { mode: 0o755 });
    await chown(join(folder, 'data'), idOf('-u', 'postfix'), idOf('-g', 'postfix'));
    await chown(join(folder, 'mail'), idOf('-u', 'nobody'), idOf('-g', 'nobody'));
    makeCertificate(folder, `mx.${options.domain}`);
    await writeFile(join(folder, 'main.cf'), formatSettings(mainSettings(folder, options)));
    await writeFile(join(folder, 'master.cf'), masterServices(port));
    const postfix = new Postfix(folder, port, options.domain);
    postfix.#run('start');
    await untilListening(ADDRESS, port);
    return postfix;
  }

  async stop(): Promise<void> {
    this.#run('stop');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What it proves itself with, PEM. */
  get certificate(): string {
    return readFileSync(join(this.#folder, 'certificate.pem'), 'utf8');
  }

  /** Tries now what waits in its queue. */
  flush(): void {
    this.#run('flush');
  }

  /** The messages of a person, as they lie in the Maildir. */
  mailOf(person: string): Promise<string[]> {
    return readMaildir(join(this.#folder, 'mail', this.#domain, person));
  }

  /** The process whose children do the work. */
  masterProcessId(): number {
    return Number(readFileSync(join(this.#folder, 'spool', 'pid', 'master.pid'), 'utf8'));
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, 'log', 'postfix.log'), 'utf8');
  }

  #run(command: 'start' | 'stop' | 'flush'): void {
    const ended = spawnSync('/usr/sbin/postfix', ['-c', this.#folder, command], { encoding: 'utf8' });
    if (ended.status !== 0) throw new Error(`postfix ${command}: ${ended.stderr}${ended.stdout}`);
  }
}

function mainSettings(
  folder: string,
  { domain, people, settings = {} }: PostfixOptions,
): Record<string, string> {
  const boxes = people.map((person) => `{${person}@${domain}=${domain}/${person}/}`).join(', ');
  return {
    compatibility_level: '3.6',
    queue_directory: join(folder, 'spool'),
    data_directory: join(folder, 'data'),
    maillog_file: join(folder, 'log', 'postfix.log'),
    maillog_file_prefixes: folder,
    myhostname: `mx.${domain}`,
    mynetworks: '127.0.0.0/8',
    inet_interfaces: ADDRESS,
    inet_protocols: 'ipv4',
    mydestination: '',
    alias_maps: '',
    virtual_mailbox_domains: domain,
    virtual_mailbox_maps: `inline:{${boxes}}`,
    virtual_mailbox_base: join(folder, 'mail'),
    virtual_uid_maps: `static:${idOf('-u', 'nobody')}`,
    virtual_gid_maps: `static:${idOf('-g', 'nobody')}`,
    smtpd_tls_security_level: 'may',
    smtpd_tls_cert_file: join(folder, 'certificate.pem'),
    smtpd_tls_key_file: join(folder, 'key.pem'),
    smtp_tls_security_level: 'may',
    ...settings,
  };
}

function formatSettings(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

function masterServices(port: number): string {
  const services = [
    `${ADDRESS}:${port} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'discard unix - - n - - discard',
    'virtual unix - n n - - virtual',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'showq unix n - n - - showq',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  return services.map((service) => `${service}\n`).join('');
}

/**
 * Debian's Exim with a configuration of its own in a folder of its own, for tests: takes mail for jack and jill of one domain
 * into Maildirs, and relays what clients on this machine give it. Needs root, as Exim does.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIM_PROGRAM, EXIM_USER } from '../../scripts/debian-packages.ts';
import { idOf, makeCertificate, readMaildir } from './foreign-server.ts';
import { findFreePort, untilListening } from './free-port.ts';

export interface EximOptions {
  readonly domain: string;
  /** Statements of the main section. */
  readonly settings?: readonly string[];
  /** Statements of the ACL for RCPT, before the recipient is looked at; `FOLDER` is this server's. */
  readonly atRcpt?: readonly string[];
  /** The port of the server for everybody else's mail, on this machine. */
  readonly nextHopPort?: number;
}

const ADDRESS = '127.0.0.1';

export class Exim {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder;
    this.port = port;
    this.#process = process;
  }

  static async start(options: EximOptions): Promise<Exim> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-exim-'));
    await chmod(folder, 0o755);
    for (const name of ['spool', 'log', 'mail']) {
      await mkdir(join(folder, name));
      await chown(join(folder, name), idOf('-u', EXIM_USER), idOf('-g', EXIM_USER));
    }
    makeCertificate(folder, `mx.${options.domain}`);
    await chown(join(folder, 'key.pem'), idOf('-u', EXIM_USER), idOf('-g', EXIM_USER));
    const port = await findFreePort(ADDRESS);
    const file = join(folder, 'exim.conf');
    await writeFile(file, configuration(folder, port, options));
    // In the foreground, looking at its queue every other second.
    const process = spawn(EXIM_PROGRAM, ['-C', file, '-bdf', '-q2s'], { stdio: 'ignore' });
    await untilListening(ADDRESS, port);
    return new Exim(folder, port, process);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    // What it had begun may still write there.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** The messages of a person. */
  mailOf(person: string): Promise<string[]> {
    return readMaildir(join(this.#folder, 'mail', person));
  }

  /** Puts an empty file into its folder: something for ACLs to look at. */
  async leave(name: string): Promise<void> {
    await writeFile(join(this.#folder, name), '');
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, 'log', 'mainlog'), 'utf8');
  }
}

function configuration(folder: string, port: number, options: EximOptions): string {
  const { domain, settings = [], atRcpt = [], nextHopPort = 0 } = options;
  return `
primary_hostname = mx.${domain}
exim_user = ${EXIM_USER}
exim_group = ${EXIM_USER}
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/exim.pid
local_interfaces = ${ADDRESS}
daemon_smtp_ports = ${port}
exim_path = ${EXIM_PROGRAM}
keep_environment =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = ${folder}/certificate.pem
tls_privatekey = ${folder}/key.pem
acl_smtp_rcpt = at_rcpt
acl_smtp_data = accept
chunking_advertise_hosts = *
${settings.join('\n')}
begin acl
at_rcpt:
${atRcpt.map((statement) => `  ${statement.replaceAll('FOLDER', folder)}\n`).join('')}
  deny !local_parts = jack : jill
       domains = ${domain}
       message = There is no such person here
  accept
begin routers
ours:
  driver = accept
  domains = ${domain}
  local_parts = jack : jill
  transport = files
others:
  driver = manualroute
  route_list = * ${ADDRESS}::${nextHopPort}
  self = send
  transport = remote
begin transports
files:
  driver = appendfile
  directory = ${folder}/mail/$local_part_data
  maildir_format
  create_directory
  user = ${EXIM_USER}
remote:
  driver = smtp
  hosts_require_tls = *
begin retry
* * F,1h,1s
`;
}

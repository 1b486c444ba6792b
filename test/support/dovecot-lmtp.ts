/**
 * Debian's Dovecot as an LMTP server with a configuration of its own in a folder of its own, for tests: delivers to a few
 * people into Maildirs, one of whom has no room. Needs root.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, untilListening } from './free-port.ts';

export const DOVECOT_LMTP = '/usr/lib/dovecot/lmtp';

const ADDRESS = '127.0.0.1';
/** Debian's nobody and nogroup. */
const NOBODY = 65_534;

export class DovecotLmtp {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder;
    this.port = port;
    this.#process = process;
  }

  /** `full` has a quota of one octet. */
  static async start(people: readonly string[], full: readonly string[]): Promise<DovecotLmtp> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-dovecot-'));
    const port = await findFreePort(ADDRESS);
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'mail'));
    await chown(join(folder, 'mail'), NOBODY, NOBODY);
    const user = (name: string, rule: string) =>
      `${name}::${NOBODY}:${NOBODY}::${folder}/mail/${name}::userdb_quota_rule=*:bytes=${rule}\n`;
    const users = [...people.map((name) => user(name, '10000000')), ...full.map((name) => user(name, '1'))];
    await writeFile(join(folder, 'users'), users.join(''));
    await writeFile(join(folder, 'dovecot.conf'), configuration(folder, port));
    const child = spawn('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
    await untilListening(ADDRESS, port);
    return new DovecotLmtp(folder, port, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** The messages of a person, as they lie in the Maildir. */
  async mailOf(person: string): Promise<string[]> {
    const folder = join(this.#folder, 'mail', person, 'Maildir', 'new');
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, 'log'), 'utf8');
  }
}

function configuration(folder: string, port: number): string {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = lmtp
ssl = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
auth_username_format = %n
mail_plugins = quota
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = passwd-file
  args = ${folder}/users
}
plugin {
  quota = maildir:User quota
  quota_grace = 0
}
service lmtp {
  inet_listener lmtp {
    address = ${ADDRESS}
    port = ${port}
  }
}
`;
}

/**
 * Debian's Dovecot as an IMAP server over Maildir with a configuration of its own in a folder of its own, for tests and
 * benches. Its defaults, but for ports, users and the number of sessions one person may have. Needs root.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, untilListening } from './free-port.ts';

const DOVECOT_IMAP = '/usr/lib/dovecot/imap';
const ADDRESS = '127.0.0.1';
/** Debian's nobody and nogroup. */
const NOBODY = 65_534;

/** What is missing to run it, as a sentence, or null. */
export function missingDovecot(): string | null {
  if (!existsSync(DOVECOT_IMAP)) return 'Dovecot is not here: apt-get install dovecot-imapd';
  return process.getuid?.() === 0 ? null : 'Dovecot needs to be started by root';
}

export class Dovecot {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder;
    this.port = port;
    this.#process = process;
  }

  /** Every person may sign in with any of their addresses and the password. */
  static async start(password: string): Promise<Dovecot> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-dovecot-'));
    const port = await findFreePort(ADDRESS);
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'mail'));
    await chown(join(folder, 'mail'), NOBODY, NOBODY);
    await writeFile(join(folder, 'dovecot.conf'), configuration({ folder, port, password }));
    const child = spawn('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
    await untilListening(ADDRESS, port);
    return new Dovecot(folder, port, child);
  }

  get processId(): number {
    return this.#process.pid ?? 0;
  }

  /** Puts messages into a person's INBOX as a local delivery agent would, before anybody has signed in. */
  async fill(person: string, messages: Iterable<string>): Promise<void> {
    const maildir = join(this.#folder, 'mail', person, 'Maildir');
    for (const name of ['', 'cur', 'new', 'tmp']) {
      await mkdir(join(maildir, name), { recursive: true });
      await chown(join(maildir, name), NOBODY, NOBODY);
    }
    await chown(join(this.#folder, 'mail', person), NOBODY, NOBODY);
    let number = 0;
    for (const message of messages) {
      // Dovecot keeps LF and says how large the message is with LF and with CRLF.
      const text = message.replaceAll('\r\n', '\n');
      const sizes = `S=${Buffer.byteLength(text)},W=${Buffer.byteLength(message)}`;
      const name = `${1_767_225_600 + number}.M${number}P1.mail,${sizes}:2,`;
      await writeFile(join(maildir, 'cur', name), text);
      await chown(join(maildir, 'cur', name), NOBODY, NOBODY);
      number++;
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, 'log'), 'utf8');
  }
}

function configuration({ folder, port, password }: { folder: string; port: number; password: string }) {
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
auth_username_format = %n
mail_max_userip_connections = 5000
default_client_limit = 5000
service imap {
  process_limit = 5000
}
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=${NOBODY} gid=${NOBODY} home=${folder}/mail/%n
}
service imap-login {
  inet_listener imap {
    address = ${ADDRESS}
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
`;
}

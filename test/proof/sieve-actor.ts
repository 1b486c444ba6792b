/** A ManageSieve client that puts, activates and removes scripts (RFC 5804). */
import type { Dice } from '../support/dice.ts';
import { LineClient } from '../support/line-client.ts';
import { acknowledgementAt, UnexpectedReplyError, type Actor, type Doors, type Pace } from './actor.ts';
import { History, type IsAcknowledged, type Promised } from './history.ts';
import type { ImapAccount } from './imap-actor.ts';
import type { Snapshot } from './snapshot.ts';

const NAMES = ['one', 'two', 'three'];

interface Scripts {
  readonly versions: ReadonlyMap<string, number>;
  readonly active: string;
}

export class SieveActor implements Actor {
  readonly #account: ImapAccount;
  readonly #dice: Dice;
  readonly #history: History;
  #scripts: Scripts = { versions: new Map(), active: '' };
  #line!: LineClient;
  #version = 0;
  acknowledged = 0;

  constructor(account: ImapAccount, dice: Dice) {
    this.#account = account;
    this.#dice = dice;
    this.#history = new History(
      'ManageSieve',
      (snapshot) => describe(this.#find(snapshot)),
      describe(this.#scripts),
    );
  }

  async work(doors: Doors, pace: Pace): Promise<void> {
    this.#line = new LineClient({ port: doors.port('managesieve') });
    try {
      await this.#readReply();
      const plain = Buffer.from(`\0${this.#account.address}\0${this.#account.password}`).toString('base64');
      await this.#say(`AUTHENTICATE "PLAIN" "${plain}"`);
      while (!pace.signal.aborted) {
        const began = performance.now();
        await this.#act();
        pace.measured?.('sieve', performance.now() - began);
        await pace.pause();
      }
    } finally {
      this.#line.destroy();
    }
  }

  audit(snapshot: Snapshot, isAcknowledged: IsAcknowledged): readonly string[] {
    return this.#history.audit(snapshot, isAcknowledged);
  }

  promised(): readonly Promised[] {
    return [];
  }

  settle(snapshot: Snapshot): void {
    this.#scripts = this.#find(snapshot);
    this.#history.settle(snapshot);
  }

  #find(snapshot: Snapshot): Scripts {
    const { address } = this.#account;
    const own = snapshot.scripts.filter(({ account }) => account === address);
    const versions = own.map(({ name, text }) => [name, versionOf(text)] as const);
    return { versions: new Map(versions), active: snapshot.activeScripts.get(address) ?? '' };
  }

  async #act(): Promise<void> {
    const name = this.#dice.pick(NAMES);
    const { versions, active } = this.#scripts;
    if (!versions.has(name) || this.#dice.falls(0.5)) {
      const version = ++this.#version;
      const text = scriptOf(version);
      const next = { versions: new Map([...versions, [name, version]]), active };
      return this.#do(`PUTSCRIPT "${name}" {${text.length}+}\r\n${text}`, next);
    }
    if (name === active) return this.#do('SETACTIVE ""', { versions, active: '' });
    if (this.#dice.falls(0.5)) return this.#do(`SETACTIVE "${name}"`, { versions, active: name });
    const left = new Map(versions);
    left.delete(name);
    return this.#do(`DELETESCRIPT "${name}"`, { versions: left, active });
  }

  async #do(command: string, next: Scripts): Promise<void> {
    const deed = this.#history.ask(command.split('\r\n')[0] ?? '', describe(next));
    await this.#say(command);
    this.#scripts = next;
    deed.acknowledgement = acknowledgementAt(this.#line);
    this.acknowledged++;
  }

  async #say(command: string): Promise<void> {
    this.#line.write(`${command}\r\n`);
    const reply = await this.#readReply();
    if (!reply.startsWith('OK')) throw new UnexpectedReplyError(`${command}: ${reply}`);
  }

  async #readReply(): Promise<string> {
    for (;;) {
      const line = await this.#line.readLine();
      if (/^(?:OK|NO|BYE)/u.test(line)) return line;
    }
  }
}

function scriptOf(version: number): string {
  return `# version ${version}\r\nkeep;\r\n${'# filler\r\n'.repeat(version % 50)}`;
}

/** -1 where it is not whole. */
function versionOf(text: string): number {
  const version = Number(/^# version (\d+)/u.exec(text)?.[1] ?? -1);
  return scriptOf(version) === text ? version : -1;
}

function describe({ versions, active }: Scripts): string {
  const names = [...versions.keys()].sort();
  return `${names.map((name) => `${name}=${versions.get(name)}`).join(' ')} active=${active}`;
}

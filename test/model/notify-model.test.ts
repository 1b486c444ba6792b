/**
 * Random changes of mailboxes by two sessions that have asked for everything with NOTIFY (RFC 5465): what each was told, and what
 * it did itself, adds up to what is there. POSTROOM_MODEL_RUNS makes it longer.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DialogueClient } from '../support/dialogue-client.ts';
import { ReadingOffice, TOM } from '../support/reading-office.ts';

const RUNS = Number(process.env['POSTROOM_MODEL_RUNS'] ?? 60);
const NAMES = ['A', 'B', 'C', 'A/x', 'B/x', 'A/x/y', 'C/x/y', 'D/x'];
const EVERYTHING =
  'NOTIFY SET (selected (MessageNew MessageExpunge)) (personal (MessageNew MessageExpunge FlagChange MailboxName))';

/** A client's idea of the account: messages of each mailbox. */
class Watcher {
  readonly mailboxes = new Map<string, number>();
  readonly #dialogue: DialogueClient;
  #selected: string | null = null;

  constructor(dialogue: DialogueClient) {
    this.#dialogue = dialogue;
  }

  async start(): Promise<void> {
    for (const line of await this.#dialogue.ask('LIST "" * RETURN (STATUS (MESSAGES))')) this.#hear(line);
    await this.#dialogue.ask(EVERYTHING);
  }

  /** Runs a command; answers whether it was done. */
  async run(command: string): Promise<boolean> {
    const { untagged, completion } = await this.#dialogue.transact(command);
    for (const line of untagged) this.#hear(line);
    return completion.startsWith('OK');
  }

  async create(name: string): Promise<void> {
    if (await this.run(`CREATE ${name}`)) this.#add(name);
  }

  async delete(name: string): Promise<void> {
    if (await this.run(`DELETE ${name}`)) this.mailboxes.delete(name);
  }

  async rename(from: string, to: string): Promise<void> {
    if (!(await this.run(`RENAME ${from} ${to}`))) return;
    // How many messages have gone over, STATUS tells.
    if (from === 'INBOX') this.#add(to);
    else this.#rename(from, to);
  }

  async append(name: string): Promise<void> {
    if (await this.run(`APPEND ${name} {3+}\r\nabc`)) {
      this.mailboxes.set(name, (this.mailboxes.get(name) ?? 0) + 1);
    }
  }

  /** Empties a mailbox, or moves what is in it. */
  async empty(name: string, target: string | null): Promise<void> {
    if (!(await this.#select(name))) return;
    const count = this.mailboxes.get(name) ?? 0;
    if (target === null) {
      await this.run('STORE 1:* +FLAGS.SILENT (\\Deleted)');
      await this.run('EXPUNGE');
    } else if (await this.run(`MOVE 1:* ${target}`)) {
      this.mailboxes.set(target, (this.mailboxes.get(target) ?? 0) + count);
    }
    await this.run('UNSELECT');
    this.#selected = null;
  }

  async #select(name: string): Promise<boolean> {
    this.#selected = name;
    const isOpen = await this.run(`SELECT ${name}`);
    if (!isOpen) this.#selected = null;
    return isOpen;
  }

  #hear(line: string): void {
    const [, attributes = '', name = '', oldName] =
      /^\* LIST \(([^)]*)\) "\/" (\S+)(?: \("OLDNAME" \((\S+)\)\))?$/.exec(line) ?? [];
    if (attributes.includes('\\NonExistent')) this.mailboxes.delete(name);
    else if (oldName !== undefined) this.#rename(oldName, name);
    else if (name !== '') this.#add(name);
    const [, counted, count] = /^\* STATUS (\S+) \(MESSAGES (\d+)/.exec(line) ?? [];
    if (counted !== undefined) this.mailboxes.set(counted, Number(count));
    const [, number, kind] = /^\* (\d+) (EXISTS|EXPUNGE)$/.exec(line) ?? [];
    if (kind !== undefined && this.#selected !== null) {
      const before = this.mailboxes.get(this.#selected) ?? 0;
      this.mailboxes.set(this.#selected, kind === 'EXISTS' ? Number(number) : before - 1);
    }
  }

  /** With its superiors (RFC 9051 §6.3.4). */
  #add(name: string): void {
    const levels = name.split('/');
    for (const depth of levels.keys()) {
      const superior = levels.slice(0, depth + 1).join('/');
      if (!this.mailboxes.has(superior)) this.mailboxes.set(superior, 0);
    }
  }

  #rename(from: string, to: string): void {
    const moved = [...this.mailboxes].filter(([name]) => name === from || name.startsWith(`${from}/`));
    for (const [name] of moved) this.mailboxes.delete(name);
    this.#add(to);
    for (const [name, count] of moved) this.mailboxes.set(to + name.slice(from.length), count);
  }
}

const name = fc.constantFrom(...NAMES);
const step = fc.record({
  actor: fc.nat(1),
  action: fc.constantFrom(
    'create',
    'delete',
    'rename',
    'renameInbox',
    'append',
    'arrive',
    'empty',
    'move',
    'noop',
  ),
  from: name,
  to: name,
});

test(
  'sessions that have asked for everything know everything',
  { timeout: 20_000 + RUNS * 200 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const office = new ReadingOffice();
        const watchers = [new Watcher(await office.openImap(null)), new Watcher(await office.openImap(null))];
        for (const watcher of watchers) await watcher.start();
        for (const { actor, action, from, to } of steps) {
          const watcher = watchers[actor];
          if (watcher === undefined) throw new Error(`no session ${actor}`);
          // It hears what was before; whatever it hears from now on counts its own doing already.
          await watcher.run('NOOP');
          if (action === 'create') await watcher.create(from);
          else if (action === 'delete') await watcher.delete(from);
          else if (action === 'rename') await watcher.rename(from, to);
          else if (action === 'renameInbox') await watcher.rename('INBOX', to);
          else if (action === 'append') await watcher.append(from);
          else if (action === 'arrive') await office.arrive('Subject: x\n\n', { mailbox: from });
          else if (action === 'empty') await watcher.empty(from, null);
          else if (action === 'move' && from !== to) await watcher.empty(from, to);
        }
        const mailboxes = await office.store.listMailboxes(TOM);
        const expected = mailboxes.map(({ name: each, messageCount }) => `${each} ${messageCount}`).sort();
        for (const watcher of watchers) {
          await watcher.run('NOOP');
          expect([...watcher.mailboxes].map(([each, count]) => `${each} ${count}`).sort()).toEqual(expected);
        }
      }),
      { numRuns: RUNS },
    );
  },
);

/** What a client does in one step, on the server and on the model. */
import { expect } from 'vitest';
import type { ModelClient } from './model-client.ts';
import { expand } from './model-client.ts';
import { CLIENT_KINDS } from './world.ts';
import type { Choice, World } from './world.ts';

type Action = (world: World, choice: Choice) => Promise<void>;

export const ACTIONS = {
  arrive: (world, { flag }) => world.arrive(flag),

  append: async (world, choice) => {
    const client = await world.take(choice);
    await client.run(`APPEND INBOX (${choice.flag}) {3+}\r\nabc`);
    world.model.add([choice.flag]);
  },

  store: async (world, choice) => {
    const client = await world.take(choice);
    const target = world.target(client, choice);
    if (target === null) return;
    const { operation, flag } = choice;
    const isSilent = choice.isSilent && client.maySilence;
    if (isSilent) client.assume(target.uids, operation, [flag]);
    world.model.store(target.uids, operation, [flag]);
    const silent = isSilent ? '.SILENT' : '';
    await client.run(`${target.prefix}STORE ${target.set} ${operation}FLAGS${silent} (${flag})`);
  },

  storeUnchanged: async (world, choice) => {
    const client = await world.take(choice);
    const target = world.target(client, choice);
    if (target === null) return;
    const { operation, flag } = choice;
    const isSilent = choice.isSilent && client.maySilence;
    const modified = await world.changedAfter(client.modSeq, target.uids);
    const stored = target.uids.filter((uid) => !modified.includes(uid));
    if (isSilent) client.assume(stored, operation, [flag]);
    const numbered = client.uids;
    const silent = isSilent ? '.SILENT' : '';
    const condition = `(UNCHANGEDSINCE ${client.modSeq})`;
    const { completion } = await client.run(
      `${target.prefix}STORE ${target.set} ${condition} ${operation}FLAGS${silent} (${flag})`,
    );
    const told = /\[MODIFIED ([\d:,]+)\]/.exec(completion)?.[1];
    const numbers = told === undefined ? [] : expand(told);
    expect(target.prefix === '' ? numbers.map((number) => numbered[number - 1]) : numbers).toEqual(modified);
    world.model.store(stored, operation, [flag]);
  },

  expunge: async (world, choice) => {
    const client = await world.take(choice);
    const target = choice.byUid ? world.target(client, choice) : null;
    const command = target?.prefix === 'UID ' ? `UID EXPUNGE ${target.set}` : 'EXPUNGE';
    const uids = target?.prefix === 'UID ' ? target.uids : client.uids;
    world.model.remove(world.model.deletedAmong(uids));
    await client.run(command);
    world.expectAgreement(client);
  },

  copy: async (world, choice) => {
    const client = await world.take(choice);
    const target = world.target(client, choice);
    if (target === null) return;
    await client.run(`${target.prefix}COPY ${target.set} INBOX`);
    world.model.copy(target.uids);
    world.expectAgreement(client);
  },

  move: async (world, choice) => {
    const client = await world.take(choice);
    const target = world.target(client, choice);
    if (target === null) return;
    await client.run(`${target.prefix}MOVE ${target.set} INBOX`);
    world.model.copy(target.uids);
    world.model.remove(target.uids);
    world.expectAgreement(client);
  },

  fetch: async (world, choice) => {
    const client = await world.take(choice);
    const target = world.target(client, choice);
    if (target === null) return;
    await client.run(`${target.prefix}FETCH ${target.set} (UID FLAGS)`);
    expectKnown(world, client, target.uids);
  },

  /** Sets \Seen. */
  read: async (world, choice) => {
    const client = await world.take(choice);
    const target = world.target(client, choice);
    if (target === null) return;
    world.model.store(target.uids, '+', ['\\Seen']);
    await client.run(`${target.prefix}FETCH ${target.set} (FLAGS BODY[TEXT]<100000.1>)`);
    expectKnown(world, client, target.uids);
  },

  search: async (world, choice) => {
    const client = await world.take(choice);
    const before = client.uids;
    const byUid = choice.byUid || client.usesUids;
    const prefix = byUid ? 'UID ' : '';
    const { untagged } = await client.run(`${prefix}SEARCH ${world.searchKey(choice.flag)}`);
    const found = untagged
      .find((line) => line.startsWith('* SEARCH'))
      ?.split(' ')
      .slice(2)
      .map(Number);
    const expected = before.filter((uid) => world.model.messages.get(uid)?.has(choice.flag));
    expect(byUid ? found : found?.map((number) => before[number - 1])).toEqual(expected);
  },

  noop: async (world, choice) => {
    const client = await world.take(choice);
    await client.run('NOOP');
    world.expectAgreement(client);
  },

  idle: async (world, choice) => {
    const client = await world.take(choice);
    await client.idle();
    world.expectAgreement(client);
  },

  leave: async (world, choice) => {
    const client = await world.take(choice);
    // A client that goes without having asked remembers what it knew before.
    if (!choice.isSilent) await client.run('NOOP');
    const isClose = choice.flag === '\\Deleted';
    const { completion } = await client.run(isClose ? 'CLOSE' : 'UNSELECT');
    // RFC 7162 §3.2.8: with HIGHESTMODSEQ the client knows everything, and what CLOSE has expunged.
    const isTold = completion.includes('HIGHESTMODSEQ');
    if (isTold) client.dropDeleted();
    client.forget({ isWhole: client.kind === 'qresync' && (isTold || !choice.isSilent) });
    if (isClose) world.model.remove(world.model.deletedAmong(world.model.uids));
  },

  /** All clients at once: only the server knows the order, but all must agree afterwards. */
  together: async (world, choice) => {
    const commands = await Promise.all(
      CLIENT_COMMANDS.map(async (command, index) => {
        const client = await world.take({
          ...choice,
          client: (choice.client + index) % CLIENT_KINDS.length,
        });
        return { client, command: command(world, client, choice) };
      }),
    );
    await Promise.all(commands.map(({ client, command }) => client.run(command)));
    await world.adopt();
    for (const { client } of commands) {
      await client.run('NOOP');
      world.expectAgreement(client);
    }
  },
} satisfies Record<string, Action>;

export type ActionName = keyof typeof ACTIONS;

/** Commands that may be under way at the same time, one for each client. */
const CLIENT_COMMANDS: readonly ((world: World, client: ModelClient, choice: Choice) => string)[] = [
  (world, client, choice) => {
    const target = world.target(client, choice);
    if (target === null) return 'NOOP';
    if (client.maySilence) client.assume(target.uids, choice.operation, [choice.flag]);
    const silent = client.maySilence ? '.SILENT' : '';
    return `${target.prefix}STORE ${target.set} ${choice.operation}FLAGS${silent} (${choice.flag})`;
  },
  (world, client, choice) => {
    const target = world.target(client, { ...choice, byUid: !choice.byUid });
    return target === null ? 'NOOP' : `${target.prefix}STORE ${target.set} FLAGS (\\Deleted \\Flagged)`;
  },
  (_world, _client, choice) => (choice.isSilent ? 'EXPUNGE' : `APPEND INBOX (${choice.flag}) {3+}\r\nabc`),
  (world, client, choice) => {
    const target = world.target(client, choice);
    return target === null
      ? 'NOOP'
      : `${target.prefix}${choice.isSilent ? 'COPY' : 'MOVE'} ${target.set} INBOX`;
  },
];

/** A client that has just asked for these knows their flags, however many others it has not heard of. */
function expectKnown(world: World, client: ModelClient, uids: readonly number[]): void {
  for (const { uid, flags } of client.view) {
    if (uid === null || !uids.includes(uid)) continue;
    const expected = world.model.messages.get(uid);
    if (expected !== undefined) expect(flags, `flags of ${uid}`).toEqual(expected);
  }
}

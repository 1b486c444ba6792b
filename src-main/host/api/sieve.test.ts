import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import type { AccountRules, AccountScripts, MailRule } from '../../contract/sieve.ts';
import { createConsoleRouter } from './router.ts';
import type { ConsoleContext } from './services.ts';

let anna: number;
let world: ConsoleWorld;
let client: ReturnType<typeof clientOf>;

function clientOf(router: ReturnType<typeof createConsoleRouter>) {
  const visitor = {
    shell: 'desktop',
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  } as const;
  return createRouterClient(router, { context: { visitor } satisfies ConsoleContext });
}

beforeEach(async () => {
  world = new ConsoleWorld({ clock: new ManualClock() });
  client = clientOf(createConsoleRouter(world.services()));
  await world.directory.addDomain('server1.com');
  const person = {
    localPart: 'anna',
    domain: 'server1.com',
    name: 'Anna',
    password: 'reads all mail there is',
    quotaBytes: null,
  };
  anna = (await client.accounts.add(person)).id;
});

const OFFERS: MailRule = {
  kind: 'rule',
  name: 'Offers',
  isEnabled: true,
  matches: 'any',
  conditions: [{ kind: 'subject', isNot: false, comparison: 'contains', texts: ['offer'] }],
  actions: [{ kind: 'file', mailbox: 'Offers' }],
  stops: true,
};
const RULES: AccountRules = { autoReply: null, items: [OFFERS] };

async function view(): Promise<AccountScripts> {
  for await (const event of await client.sieve.watch({ accountId: anna })) {
    if (event.type === 'snapshot') return event.snapshot;
  }
  throw new Error('no snapshot');
}

describe('rules and the text beneath', () => {
  it('there are none at first', async () => {
    expect(await view()).toEqual({
      address: 'anna@server1.com',
      scripts: [],
      name: null,
      text: '',
      rules: { autoReply: null, items: [] },
    });
  });

  it('are stored as the active script and read back as the same rules', async () => {
    const { text, problems } = await client.sieve.compose(RULES);
    expect(problems).toEqual([]);
    expect(await client.sieve.save({ owner: anna, name: 'rules', text, use: 'active' })).toEqual({
      problems: [],
    });
    expect(await view()).toMatchObject({
      name: 'rules',
      text,
      rules: RULES,
      scripts: [{ name: 'rules', use: 'active' }],
    });
  });

  it('tell what is wrong while they are clicked', async () => {
    const forward = { kind: 'forward', address: 'nobody', keepsCopy: true } as const;
    const { problems } = await client.sieve.compose({ ...RULES, items: [{ ...OFFERS, actions: [forward] }] });
    expect(problems).toMatchObject([{ text: '"nobody" is no address' }]);
  });

  it('are read from a text that somebody types', async () => {
    const { text } = await client.sieve.compose(RULES);
    expect(await client.sieve.check({ text })).toEqual({ problems: [], rules: RULES });
    expect(await client.sieve.check({ text: 'jump;' })).toEqual({
      problems: [{ line: 1, column: 1, text: 'there is no command "jump"' }],
      rules: null,
    });
  });

  it('a text that is wrong is not stored', async () => {
    const { problems } = await client.sieve.save({
      owner: anna,
      name: 'rules',
      text: 'jump;',
      use: 'active',
    });
    expect(problems).toHaveLength(1);
    expect((await view()).scripts).toEqual([]);
  });

  it('a script may be switched off and removed, also while it is active', async () => {
    await client.sieve.save({ owner: anna, name: 'a', text: 'keep;', use: 'active' });
    await client.sieve.setUse({ owner: anna, name: 'a', use: null });
    expect((await view()).name).toBeNull();
    await client.sieve.setUse({ owner: anna, name: 'a', use: 'active' });
    await client.sieve.remove({ owner: anna, name: 'a' });
    expect((await view()).scripts).toEqual([]);
    await expect(client.sieve.remove({ owner: anna, name: 'a' })).rejects.toMatchObject({
      data: { reason: 'noSuchScript' },
    });
  });
});

describe('the office’s scripts', () => {
  it('run before or after, never as an account’s active script', async () => {
    await client.sieve.save({ owner: 'office', name: 'first', text: 'keep;', use: 'before' });
    await expect(
      client.sieve.setUse({ owner: 'office', name: 'first', use: 'active' }),
    ).rejects.toMatchObject({
      data: { reason: 'invalidScriptUse' },
    });
    for await (const event of await client.sieve.watchOffice()) {
      if (event.type !== 'snapshot') continue;
      expect(event.snapshot).toMatchObject([{ name: 'first', use: 'before', text: 'keep;' }]);
      break;
    }
  });
});

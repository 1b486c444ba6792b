import { createRouterClient } from '@orpc/server';
import { beforeEach, expect, test } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { ManualClock } from '../../base/clock.ts';
import { createConsoleRouter } from './router.ts';
import type { ConsoleContext } from './services.ts';

const visitor = {
  shell: 'desktop',
  isLocal: true,
  remoteAddress: '127.0.0.1',
  administrator: () => 'admin',
} as const;
const OWNER = 'anna@server1.com';

function clientOf(world: ConsoleWorld) {
  const context = { visitor } satisfies ConsoleContext;
  return createRouterClient(createConsoleRouter(world.services()), { context }).screening;
}

let client: ReturnType<typeof clientOf>;
let anna: number;

beforeEach(async () => {
  const world = new ConsoleWorld({ clock: new ManualClock() });
  client = clientOf(world);
  await world.directory.addDomain('server1.com');
  const person = { localPart: 'anna', domain: 'server1.com', name: 'Anna', password: 'reads mail' };
  const added = await world.directory.addAccount(person);
  anna = added.ok ? added.value.id : 0;
});

test('a pasted list is stored as it compares; what is no sender is refused', async () => {
  const allow = ['Jack@Server2.COM', '*.shop.example'];
  await client.changeSenderLists({ account: anna, allow, block: [] });
  expect(await client.readSenderLists({ account: anna })).toEqual({
    allow: ['jack@server2.com', 'shop.example'],
    block: [],
  });
  const refused = { data: { reason: 'invalidSender' } };
  const wrong = client.changeSenderLists({ account: null, allow: ['no sender'], block: [] });
  await expect(wrong).rejects.toMatchObject(refused);
  const network = { allow: [], block: ['192.0.2.0/24'] };
  await expect(client.changeSenderLists({ account: anna, ...network })).rejects.toMatchObject(refused);
  await client.changeSenderLists({ account: null, ...network });
  expect(await client.readSenderLists({ account: null })).toEqual(network);
});

test('a sender is listed by one click, and it can be taken back', async () => {
  const sender = 'jack@server2.com';
  expect(await client.listSender({ owner: OWNER, sender, list: 'allow' })).toEqual({ before: null });
  expect(await client.listSender({ owner: OWNER, sender, list: 'block' })).toEqual({ before: 'allow' });
  expect(await client.listSender({ owner: OWNER, sender, list: null })).toEqual({ before: 'block' });
  const unknown = client.listSender({ owner: 'x@server1.com', sender, list: 'block' });
  await expect(unknown).rejects.toMatchObject({ data: { reason: 'noSuchAccount' } });
});

test('what a message is can be said by hand, and taken back', async () => {
  const junk = { office: 'junk', account: 'junk' } as const;
  const nothing = { office: null, account: null };
  expect(await client.teach({ traceId: 'a', owner: OWNER, lesson: junk })).toEqual({ before: nothing });
  expect(await client.teach({ traceId: 'a', owner: OWNER, lesson: nothing })).toEqual({ before: junk });
  const forOffice = { traceId: 'a', owner: null, lesson: { office: 'mail', account: null } } as const;
  expect(await client.teach(forOffice)).toEqual({ before: nothing });
  expect(await client.readTraining({ owner: null })).toMatchObject({ junk: 34, mail: 171, needed: 20 });
});

import { expect, test } from 'vitest';
import { ENVELOPE } from '../../../../test/support/screened-message.ts';
import { ManualClock } from '../../../base/clock.ts';
import { SendingBrakes } from './sending-brakes.ts';

const account = { id: 1, address: 'tom@server1.com' };

function makeBrakes(known: readonly string[] = []) {
  const clock = new ManualClock();
  const brakes = new SendingBrakes({
    setting: () => ({ isEnabled: true, messagesPerHour: 3, newRecipientsPerHour: 5 }),
    reputation: {
      unknownOf: (_id, addresses) => Promise.resolve(addresses.filter((each) => !known.includes(each))),
    },
    now: () => clock.now(),
  });
  const send = (...recipients: readonly string[]) =>
    brakes.note({
      ...ENVELOPE,
      origin: 'submission',
      client: { ...ENVELOPE.client, account },
      recipients,
      at: clock.now(),
    });
  return { brakes, clock, send };
}

test('an account that sends more than it may in an hour is braked, and an hour later it is not', async () => {
  const { brakes, clock, send } = makeBrakes(['a@b.example']);
  for (let count = 0; count < 3; count++) await send('a@b.example');
  expect(brakes.reasonFor(account.address)).toBeNull();
  await send('a@b.example');
  expect(brakes.reasonFor(account.address)).toContain('more than 3 messages');
  expect(brakes.heldAccounts()).toEqual([account.address]);
  expect(brakes.reasonFor('anna@server1.com')).toBeNull();
  clock.advance(60 * 60_000);
  expect(brakes.reasonFor(account.address)).toBeNull();
  expect(brakes.heldAccounts()).toEqual([]);
});

test('so is one that writes to many whom it has never written to', async () => {
  const { brakes, send } = makeBrakes(['friend@b.example']);
  await send('friend@b.example', 'a@c.example', 'b@c.example', 'c@c.example', 'd@c.example', 'e@c.example');
  expect(brakes.reasonFor(account.address)).toBeNull();
  await send('f@c.example');
  expect(brakes.reasonFor(account.address)).toContain('more than 5 new recipients');
});

test('what nobody signed in for is not counted', async () => {
  const { brakes, clock } = makeBrakes();
  for (let count = 0; count < 9; count++) await brakes.note({ ...ENVELOPE, at: clock.now() });
  expect(brakes.reasonFor(undefined)).toBeNull();
});

test('what comes from this machine is not counted', async () => {
  const { brakes, clock } = makeBrakes();
  const client = { ...ENVELOPE.client, account, address: '127.0.0.1' };
  for (let count = 0; count < 9; count++) {
    await brakes.note({ ...ENVELOPE, origin: 'submission', client, at: clock.now() });
  }
  expect(brakes.reasonFor(account.address)).toBeNull();
});

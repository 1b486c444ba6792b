import { expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

test('RFC 9585 §4: a client that waits for a long COPY hears every ten seconds that it goes on', async () => {
  const office = new ReadingOffice();
  await office.arrive('Subject: a\n\n');
  const client = await office.openImap();
  const copy = office.store.copyMessages.bind(office.store);
  let started = (): void => undefined;
  let proceed = (): void => undefined;
  const isStarted = new Promise<void>((resolve) => (started = resolve));
  const mayProceed = new Promise<void>((resolve) => (proceed = resolve));
  office.store.copyMessages = async (...facts) => {
    started();
    await mayProceed;
    return copy(...facts);
  };
  client.write('A001 COPY 1 Archive\r\n');
  await isStarted;
  office.clock.advance(10_000);
  await client.play('S: * OK [INPROGRESS ("A001" NIL NIL)] Still working on it');
  office.clock.advance(10_000);
  await client.play('S: * OK [INPROGRESS ("A001" NIL NIL)] Still working on it');
  proceed();
  await client.play('S: A001 OK [COPYUID <…>] COPY completed');
  office.clock.advance(60_000);
  expect(await client.ask('NOOP')).toEqual([]);
});

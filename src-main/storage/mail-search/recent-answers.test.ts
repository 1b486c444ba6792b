import { expect, test } from 'vitest';
import { RecentAnswers } from './recent-answers.ts';

let asked = 0;
const ask = (): Promise<number> => Promise.resolve(++asked);
const about = (mailboxId: number, ...uids: number[]) => ({
  mailboxId,
  question: 'sort',
  uids: Uint32Array.from(uids),
});

test('the same order of the same messages is asked for once, of others anew', async () => {
  const answers = new RecentAnswers();
  const first = await answers.get(about(1, 1, 2, 3), ask);
  expect(await answers.get(about(1, 1, 2, 3), ask)).toBe(first);
  expect(await answers.get(about(2, 1, 2, 3), ask)).not.toBe(first);
  expect(await answers.get({ ...about(1, 1, 2, 3), question: 'other' }, ask)).not.toBe(first);
  expect(await answers.get(about(1, 1, 3), ask)).not.toBe(first);
  expect(await answers.get(about(1, 1, 2, 3), ask)).not.toBe(first);
});

test('what was not asked for lately is forgotten', async () => {
  const answers = new RecentAnswers();
  const first = await answers.get(about(1, 1), ask);
  for (let mailbox = 2; mailbox < 30; mailbox++) await answers.get(about(mailbox, 1), ask);
  expect(await answers.get(about(1, 1), ask)).not.toBe(first);
});

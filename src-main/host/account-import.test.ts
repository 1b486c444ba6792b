import { beforeEach, describe, expect, test } from 'vitest';
import { openTestDirectory } from '../../test/support/test-directory.ts';
import { ManualClock } from '../base/clock.ts';
import type { FullDirectory } from '../directory/create-directory.ts';
import { importAccounts } from './account-import.ts';

let directory: FullDirectory;

beforeEach(async () => {
  const clock = new ManualClock();
  directory = await openTestDirectory(clock);
  await directory.addDomain('server1.com');
  await directory.addAccount({ localPart: 'tom', domain: 'server1.com', name: '', password: 'secret' });
});

const LIST = `E-Mail;Name;Password;Quota
anna@server1.com;"Miller; Anna";her secret;100
TOM@server1.com;Tom;x;
paul@elsewhere.example;Paul;x;
no address;;x;
anna@server1.com;Anna again;x;
nora@server1.com;Nora;;
otto@server1.com;Otto;x;much
`;

describe('a list of new accounts', () => {
  test('is looked at line by line, and nothing is added', async () => {
    const { rows, added } = await importAccounts(directory, { csv: LIST, isApplied: false });
    expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
      [2, null],
      [3, 'addressTaken'],
      [4, 'notOurDomain'],
      [5, 'noAddress'],
      [6, 'twice'],
      [7, 'noPassword'],
      [8, 'invalidQuota'],
    ]);
    expect(added).toBe(0);
    expect(await directory.listAccounts()).toHaveLength(1);
  });

  test('is added but for the lines with a problem, with names, quotas and passwords', async () => {
    expect((await importAccounts(directory, { csv: LIST, isApplied: true })).added).toBe(1);
    const anna = (await directory.listAccounts()).find(({ localPart }) => localPart === 'anna');
    expect(anna).toMatchObject({ name: 'Miller; Anna', quotaBytes: 100 * 2 ** 20 });
    expect(await directory.hasPassword(anna?.id ?? 0, 'her secret')).toBe(true);
  });

  test('takes passwords that are easy to guess, and says so', async () => {
    const csv = 'anna@server1.com,Anna,anna1234\nnora@server1.com,Nora,lions drink hardly any tea';
    const { rows, added } = await importAccounts(directory, { csv, isApplied: true });
    expect(rows.map(({ isPasswordWeak }) => isPasswordWeak)).toEqual([true, false]);
    expect(added).toBe(2);
  });

  test('needs no titles', async () => {
    const csv = 'anna@server1.com,Anna,secret';
    expect((await importAccounts(directory, { csv, isApplied: true })).added).toBe(1);
  });
});

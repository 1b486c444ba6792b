import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { openTestStorage } from '../../test/contract/mail-stores.ts';
import { ManualClock } from '../base/clock.ts';
import { createDirectory } from '../directory/create-directory.ts';
import { PasswordKeeper } from '../directory/credentials.ts';
import type { Storage } from '../storage/open-storage.ts';
import { judgePasswords, readPasswordFacts } from './password-facts.ts';

let storage: Storage;
let folder: string;
afterEach(async () => {
  await storage.close();
  await rm(folder, { recursive: true });
});

it('knows how strong passwords were when they were chosen, of nobody who is gone, and nothing else', async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-passwords-'));
  storage = await openTestStorage(folder);
  const clock = new ManualClock();
  const onError = (error: unknown): void => {
    throw error;
  };
  const open = (judges: boolean) =>
    createDirectory({
      ...{ rows: storage.directory, clock, onError, maySendAs: () => Promise.resolve(false) },
      passwords: new PasswordKeeper({ clock, randomBytes }),
      ...(judges && { onPasswordChosen: judgePasswords(storage.passwordStrengths, onError) }),
    });
  const before = await open(false);
  await before.addDomain('example.com');
  const add = (directory: typeof before, localPart: string, password: string) =>
    directory.addAccount({ localPart, domain: 'example.com', name: localPart, password });
  await add(before, 'early', 'nobody has judged it');
  const directory = await open(true);
  await add(directory, 'weak', 'password1');
  await add(directory, 'strong', 'tigers eat many plums at noon');
  expect(await readPasswordFacts(storage.passwordStrengths, directory)).toEqual({
    weak: [{ name: 'weak@example.com', score: expect.any(Number) as number }],
    judged: 2,
    unknown: 1,
  });
  const [weak] = (await directory.listAccounts()).filter(({ localPart }) => localPart === 'weak');
  await directory.setPassword(weak?.id ?? 0, 'a much better one, with words');
  expect((await readPasswordFacts(storage.passwordStrengths, directory)).weak).toEqual([]);
  await directory.removeAccount(weak?.id ?? 0);
  expect(await storage.passwordStrengths.list()).toHaveLength(1);
});

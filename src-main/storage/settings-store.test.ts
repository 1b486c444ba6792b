import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTestStorage } from '../../test/contract/mail-stores.ts';
import type { ScreeningSettings } from '../mail/screening/settings.ts';

test('settings of screening that came later than what was stored have their default', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-settings-'));
  const storage = await openTestStorage(folder);
  onTestFinished(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });
  const { screening } = await storage.settings.read();
  const { handledBy, ...quarantine } = screening.quarantine;
  const older = { ...screening, quarantine: { ...quarantine, keepDays: 7 } };
  await storage.settings.change({ screening: older as ScreeningSettings });
  const read = await storage.settings.read();
  expect(read.screening.quarantine).toEqual({ ...quarantine, keepDays: 7, handledBy });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { Administrators } from '../../directory/administrators/administrators.ts';
import { exportSetupOffline } from '../export-setup.ts';
import { openDirectoryOffline } from '../offline-directory.ts';
import { withStorage, type OfflineOptions } from '../offline-tasks.ts';
import { createPooledRandom } from '../pooled-random.ts';
import { systemClock } from '../system-clock.ts';
import { provisionHost } from './provision-host.ts';
import { parseProvision } from './schema.ts';

const OFFICE = {
  hostname: 'mail.example.com',
  noticeLanguage: 'zh-CN',
  domains: [
    {
      name: 'example.com',
      catchAll: ['anna'],
      accounts: [
        {
          localPart: 'anna',
          name: 'Anna',
          password: 'anna-password',
          quotaBytes: 1000000,
          pop3: { onDelete: 'moveToTrash' },
        },
        {
          localPart: 'tom',
          password: 'tom-password',
          addresses: ['thomas'],
          forwardTo: 'tom@elsewhere.example',
          sieve: 'keep;\r\n',
        },
      ],
      aliases: [{ localPart: 'info', to: ['anna@example.com'], expiresAt: '2030-01-01T00:00:00Z' }],
      groups: [
        {
          localPart: 'all',
          name: 'Everybody',
          members: ['anna', 'tom'],
          posting: 'members',
          moderators: ['anna'],
        },
      ],
      sharedMailboxes: [{ localPart: 'office', name: 'The office' }],
    },
    { name: 'example.net', aliasOf: 'example.com' },
  ],
  relay: {
    mode: 'smarthost',
    host: 'out.example',
    port: 587,
    tls: 'starttls',
    user: 'us',
    password: 'secret',
  },
  routes: [
    {
      recipientDomain: 'partner.example',
      hosts: ['mx.partner.example:2525'],
      tls: 'required',
      retry: { lifetimeSeconds: 3600 },
    },
  ],
  relayRules: [
    {
      name: 'Printers',
      client: { network: '192.0.2.0/24' },
      recipients: { domains: ['example.org'] },
      action: 'accept',
      maxOctets: 1000,
    },
    { name: 'No', client: { account: 'tom@example.com' }, action: { refuse: 'ask Anna' } },
  ],
  queue: { lifetimeSeconds: 86400 },
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-setup-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function place(name: string): OfflineOptions {
  const onError = (error: unknown) => expect.unreachable(String(error));
  return { dataFolder: join(folder, name), clock: systemClock, randomBytes: createPooledRandom(), onError };
}

async function apply(options: OfflineOptions, text: string): Promise<void> {
  const provision = parseProvision(text);
  if (!provision.ok) throw new Error(provision.error);
  const { clock, randomBytes, onError } = options;
  await withStorage(options, async (storage) => {
    const passwords = new PasswordKeeper({ clock, randomBytes });
    const directory = await openDirectoryOffline(storage, { passwords, clock, onError });
    const administrators = await Administrators.open({
      rows: storage.administrators,
      passwords,
      clock,
      onError,
    });
    await provisionHost(
      provision.value,
      { ...storage, ...storage.screening, directory, administrators },
      clock,
    );
  });
}

async function exported(options: OfflineOptions): Promise<string> {
  const setup = await exportSetupOffline(options);
  if (!setup.ok) throw new Error(setup.error);
  return setup.value;
}

it('what is written makes the same set-up elsewhere, with the same passwords, and tells none in the clear', async () => {
  const [here, there] = [place('here'), place('there')];
  await apply(here, JSON.stringify(OFFICE));
  const text = await exported(here);
  await apply(there, text);
  expect(JSON.parse(await exported(there))).toEqual(JSON.parse(text));
  expect(text).not.toContain('anna-password');
  await withStorage(there, async ({ directory }) => {
    const [anna] = await directory.listAccounts();
    const keeper = new PasswordKeeper({ clock: systemClock, randomBytes: createPooledRandom() });
    expect(await keeper.verify('anna-password', anna?.credentials?.scrypt ?? null)).toBe(true);
  });
});

it('says what the file said', async () => {
  const here = place('here');
  await apply(here, JSON.stringify(OFFICE));
  const setup: unknown = JSON.parse(await exported(here));
  expect(setup).toMatchObject({
    hostname: 'mail.example.com',
    relay: OFFICE.relay,
    queue: { lifetimeSeconds: 86400 },
    relayRules: [
      { name: 'Printers', maxOctets: 1000 },
      { name: 'No', action: { refuse: 'ask Anna' } },
    ],
  });
});

it('an account needs a password or what was kept of one', () => {
  const text = JSON.stringify({ domains: [{ name: 'example.com', accounts: [{ localPart: 'anna' }] }] });
  expect(parseProvision(text)).toEqual({
    ok: false,
    error: 'domains[0].accounts[0].password: password, or keptPassword, is needed',
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { openTestDirectory } from '../../../test/support/test-directory.ts';
import { ManualClock } from '../../base/clock.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import { defaultSettings } from '../default-settings.ts';
import { findProvisionProblem } from './check.ts';
import { applyDeliverySettings } from './delivery-settings.ts';
import { parseProvision, type Provision } from './schema.ts';

function parse(domain: object, account: object = {}): Provision {
  const accounts = [{ localPart: 'tom', password: 'secret', ...account }];
  const parsed = parseProvision(JSON.stringify({ domains: [{ name: 'Server1.com', accounts, ...domain }] }));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const NOTHING_YET = { ...defaultSettings('mail.example'), domains: [], accounts: [] };

describe('ways of delivery in the provision file, checked', () => {
  test.each([
    [{ catchAll: 'tom' }, {}, null],
    [{ catchAll: ['tom', 'x@elsewhere.example'] }, {}, null],
    [{ catchAll: 'no address' }, {}, 'domains[0].catchAll[0]: "no address" is not an address'],
    [{ aliasOf: 'server9.com' }, {}, 'domains[0].aliasOf: "server9.com" is no domain of ours'],
    [
      { groups: [{ localPart: 'tom' }] },
      {},
      'domains[0].groups[0].localPart: "tom" stands twice in server1.com',
    ],
    [
      { groups: [{ localPart: 'all', members: ['a b'] }] },
      {},
      'domains[0].groups[0].members[0]: "a b" is not an address',
    ],
    [{}, { addresses: ['t.smith', 'tom.smith@server1.com'], forwardTo: 'tom@home.example' }, null],
    [
      {},
      { addresses: ['tom@elsewhere.example'] },
      'domains[0].accounts[0].addresses[0]: "tom@elsewhere.example" is no address in a domain of ours',
    ],
    [{}, { forwardTo: [' '] }, 'domains[0].accounts[0].forwardTo[0]: " " is not an address'],
  ])('%j, account %j: %s', (domain, account, expected) => {
    expect(findProvisionProblem(parse(domain, account), NOTHING_YET)).toBe(expected);
  });

  test.each([
    [{ method: 'mbox' }, 'path'],
    [{ method: 'pipe', command: [] }, 'command'],
    [{ method: 'lmtp', host: 'localhost', port: 0 }, 'port'],
    [{ method: 'carrier pigeon' }, 'method'],
  ])('%j is no way of delivery', (delivery, key) => {
    expect(() => parse({}, { delivery })).toThrow(`domains[0].accounts[0].delivery.${key}: `);
  });
});

describe('ways of delivery in the provision file, applied', () => {
  let directory: FullDirectory;
  let changes = 0;

  beforeEach(async () => {
    const clock = new ManualClock();
    directory = await openTestDirectory(clock);
    await directory.addDomain('server1.com');
    await directory.addAccount({ localPart: 'tom', domain: 'server1.com', name: '', password: 'secret' });
    changes = 0;
    directory.onChange(() => changes++);
  });

  test('are what the file says, and a second time changes nothing', async () => {
    const delivery = { method: 'mbox', path: '/var/mail/tom' };
    const provision = parse(
      {
        catchAll: 'tom',
        quotaBytes: 5_000,
        aliases: [{ localPart: 'robot', delivery: { method: 'pipe', command: ['/bin/cat'] } }],
        groups: [
          { localPart: 'all', members: ['tom', 'jack@server2.com'], posting: 'domain', moderators: ['tom'] },
        ],
      },
      { addresses: ['t.smith'], quotaBytes: 1_000, forwardTo: 'tom@home.example', keepCopy: false, delivery },
    );
    for (const domain of provision.domains) await applyDeliverySettings(domain, directory);
    expect(await directory.listAccounts()).toMatchObject([
      {
        addresses: ['t.smith@server1.com'],
        quotaBytes: 1_000,
        forwarding: { to: ['tom@home.example'], keepsCopy: false },
        delivery,
      },
    ]);
    expect(await directory.listDomains()).toMatchObject([
      { catchAll: ['tom@Server1.com'], quotaBytes: 5_000 },
    ]);
    expect(await directory.listAliases()).toMatchObject([
      { address: 'robot@server1.com', targets: [], delivery: { method: 'pipe', command: ['/bin/cat'] } },
      {
        address: 'all@server1.com',
        targets: ['tom@Server1.com', 'jack@server2.com'],
        group: { name: '', posting: 'domain', moderators: ['tom@Server1.com'] },
      },
    ]);
    const before = changes;
    for (const domain of provision.domains) await applyDeliverySettings(domain, directory);
    expect(changes).toBe(before);
  });
});

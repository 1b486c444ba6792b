/** Generated SPF records: pyspf and ours come to the same result. */
import { describe, expect, test } from 'vitest';
import { checkHost } from '../../../src-main/protocol/authentication/spf/check-host.ts';
import { createDice, type Dice } from '../../support/dice.ts';
import type { NameRecords, Zone } from '../../support/dns-server.ts';
import { isInstalled } from '../../support/installed.ts';
import { memoryResolver } from '../../support/memory-resolver.ts';
import { askPeer } from './peer.ts';

const NAMES = ['a.example.com', 'b.example.com', 'c.example.org', 'mail.example.net', 'gone.example.net'];
const ADDRESSES = ['192.0.2.1', '192.0.2.77', '198.51.100.5', '2001:db8::1', '2001:db8:1::25'];
const CASES = 1500;

function makeMechanism(dice: Dice): string {
  const name = dice.pick([
    ...NAMES,
    '%{d}',
    '%{d2}',
    'x.%{o}',
    '%{l}.example.org',
    '%{i}.example.com',
    'nodots',
  ]);
  const cidr = dice.pick(['', '', '/24', '/8', '//64', '/24//48', '/33', '/0']);
  switch (dice.below(10)) {
    case 0:
      return 'all';
    case 1:
      return `a:${name}${cidr}`;
    case 2:
      return `mx:${name}${cidr}`;
    case 3:
      return dice.pick(['a', 'mx', 'a/24', 'ptr', 'a:']);
    case 4:
      return `include:${name}`;
    case 5:
      return `exists:${name}`;
    case 6:
      return `ip4:${dice.pick(['192.0.2.0/24', '192.0.2.1', '198.51.100.0/30', '192.0.2', '300.1.1.1', '192.0.2.0/33'])}`;
    case 7:
      return `ip6:${dice.pick(['2001:db8::/32', '2001:db8::1', '::/0', '2001:db8::/129', 'fe80', '::1/64'])}`;
    case 8:
      return `ptr:${name}`;
    default:
      return dice.pick(['all', 'redirect=b.example.com', 'exp=why.example.com', 'x-new=%{s}', 'bogus']);
  }
}

function makeRecord(dice: Dice): string {
  const terms = Array.from(
    { length: dice.below(5) },
    () => dice.pick(['', '', '-', '~', '?', '+']) + makeMechanism(dice),
  );
  // A modifier has no qualifier; pyspf lets some of them pass.
  const clean = terms.map((term) => (term.includes('=') ? term.replace(/^[-~?+]/, '') : term));
  return ['v=spf1', ...clean, ...(dice.falls(0.6) ? [dice.pick(['-all', '~all', '?all'])] : [])].join(' ');
}

function makeName(dice: Dice): NameRecords {
  return {
    ...(dice.falls(0.9) && { TXT: [makeRecord(dice), ...(dice.falls(0.05) ? ['v=spf1 -all'] : [])] }),
    ...(dice.falls(0.6) && { A: [dice.pick(ADDRESSES.slice(0, 3))] }),
    ...(dice.falls(0.4) && { AAAA: [dice.pick(ADDRESSES.slice(3))] }),
    ...(dice.falls(0.5) && { MX: [[10, dice.pick(NAMES)] as const] }),
  };
}

describe.skipIf(!isInstalled('dkimverify'))('SPF beside pyspf', () => {
  test(`the same result for ${CASES} generated records`, async () => {
    const dice = createDice(7208);
    const differences: unknown[] = [];
    const counts: Record<string, number> = {};
    for (let round = 0; round < CASES / 50; round++) {
      const zone: Zone = Object.fromEntries(NAMES.slice(0, 4).map((name) => [name, makeName(dice)]));
      const cases = Array.from({ length: 50 }, () => ({
        do: 'spf',
        client: dice.pick(ADDRESSES),
        sender: `user@${dice.pick(NAMES)}`,
        helo: 'mail.example.net',
      }));
      const theirs = askPeer<string>(zone, cases);
      for (const [index, { client, sender, helo }] of cases.entries()) {
        const { result, reason } = await checkHost(
          {
            identity: 'mailfrom',
            clientAddress: client,
            domain: sender.slice(sender.indexOf('@') + 1),
            sender,
            heloName: helo,
            receivingHost: 'mail.server1.com',
            now: 0,
          },
          memoryResolver(zone),
        );
        counts[result] = (counts[result] ?? 0) + 1;
        if (result !== theirs[index])
          differences.push({ zone, client, sender, ours: [result, reason], theirs: theirs[index] });
      }
    }
    expect(differences.slice(0, 3)).toEqual([]);
    expect(Object.keys(counts).length).toBeGreaterThan(5);
  });
});

/** The checks of safety, each in each of its states. */
import { describe, expect, it } from 'vitest';
import { HOST, NOW, runCheck, sayings, type Scene } from '../../../../test/support/health-scene.ts';
import type { RelayTrial } from '../../tools.ts';
import { clockRight } from './clock-right.ts';
import {
  backupAge,
  certificateRenewal,
  cleartextSignIn,
  database,
  disk,
  passwords,
  queueAge,
  startsByItself,
  versions,
} from './machine.ts';
import { openRelay } from './open-relay.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GIB = 2 ** 30;
type Facts = NonNullable<Scene['facts']>;

describe('what this machine tells of itself', () => {
  it.each<[string, Parameters<typeof sayings>[0], Facts, readonly string[]]>([
    ['room on the disk', disk, { disk: { freeBytes: 40 * GIB } }, ['ok diskRoom']],
    ['little room', disk, { disk: { freeBytes: 3 * GIB } }, ['warning diskLow']],
    ['hardly any room', disk, { disk: { freeBytes: GIB / 2 } }, ['error diskFull']],
    ['no backup', backupAge, { lastBackupAt: null }, ['warning backupNone']],
    ['a fresh backup', backupAge, { lastBackupAt: NOW - 5 * HOUR_MS }, ['ok backupFresh']],
    ['a backup of three days ago', backupAge, { lastBackupAt: NOW - 3 * DAY_MS }, ['warning backupOld']],
    ['a backup of last month', backupAge, { lastBackupAt: NOW - 30 * DAY_MS }, ['error backupOld']],
    ['a service that starts with the computer', startsByItself, { starts: 'atBoot' }, ['ok startsAtBoot']],
    ['one that does not', startsByItself, { starts: 'notAtBoot' }, ['warning startsNotAtBoot']],
    ['a server that somebody opened', startsByItself, { starts: 'byHand' }, ['warning startsByHand']],
    ['one in a container', startsByItself, { starts: 'unknown' }, ['undetermined startsUnknown']],
    ['a sound database', database, { database: { checkedAt: NOW, findings: [] } }, ['ok databaseSound']],
    [
      'a damaged one',
      database,
      { database: { checkedAt: NOW, findings: ['row 3 missing'] } },
      ['error databaseDamaged'],
    ],
    ['one that nobody looked at', database, { database: null }, ['undetermined databaseUnchecked']],
    [
      'strong passwords',
      passwords,
      { passwords: { weak: [], judged: 3, unknown: 0 } },
      ['ok passwordsStrong'],
    ],
    [
      'some that came before',
      passwords,
      { passwords: { weak: [], judged: 3, unknown: 2 } },
      ['ok passwordsPartlyJudged'],
    ],
    [
      'only such',
      passwords,
      { passwords: { weak: [], judged: 0, unknown: 2 } },
      ['undetermined passwordsUnknown'],
    ],
    [
      'a weak one',
      passwords,
      { passwords: { weak: [{ name: 'tom@example.com', score: 1 }], judged: 3, unknown: 0 } },
      ['warning passwordsWeak'],
    ],
    [
      'passwords in clear text',
      cleartextSignIn,
      { allowsCleartextSignIn: true },
      ['warning cleartextAllowed'],
    ],
    ['none in clear text', cleartextSignIn, {}, ['ok cleartextRefused']],
    ['versions', versions, {}, ['ok versionsAre']],
    ['a queue that moves', queueAge, { queue: { recipients: 0, oldestReceivedAt: null } }, ['ok queueMoves']],
    [
      'a queue that is long',
      queueAge,
      { queue: { recipients: 500, oldestReceivedAt: NOW } },
      ['warning queueLong'],
    ],
    [
      'a queue that stands',
      queueAge,
      { queue: { recipients: 1, oldestReceivedAt: NOW - 6 * HOUR_MS } },
      ['warning queueOld'],
    ],
    ['no certificate to renew', certificateRenewal, { renewals: [] }, ['ok renewalNone']],
  ])('%s', async (_, ...[check, facts, said]) => {
    expect(await sayings(check, { facts })).toEqual(said);
  });

  it('a renewal that failed is worse the nearer the end is', async () => {
    const renewal = (problem: string | null, notAfter: number | null) => ({
      name: HOST,
      purpose: 'server',
      problem,
      triedAt: NOW,
      notAfter,
    });
    const at = (...renewals: NonNullable<Facts['renewals']>) =>
      sayings(certificateRenewal, { facts: { renewals } });
    expect(await at(renewal(null, NOW + 60 * DAY_MS))).toEqual([`${HOST} ok renewalWorks`]);
    expect(await at(renewal('no answer', NOW + 25 * DAY_MS))).toEqual([`${HOST} warning renewalFailed`]);
    expect(await at(renewal('no answer', NOW + 2 * DAY_MS))).toEqual([`${HOST} error renewalFailed`]);
    expect(await at(renewal('no answer', null))).toEqual([`${HOST} error renewalFailed`]);
  });
});

describe('open relaying', () => {
  const at = (trial: RelayTrial | null) =>
    sayings(openRelay, { tools: { tryRelaying: () => Promise.resolve(trial) } });

  it.each<[string, RelayTrial | null, string]>([
    ['is refused', { isOpen: false, refused: 27, unknown: 0, accepted: [] }, 'ok relayClosed'],
    [
      'is possible',
      { isOpen: true, refused: 26, unknown: 0, accepted: ['<x@relay-test.example>'] },
      'error relayOpen',
    ],
    ['got no answer', { isOpen: false, refused: 0, unknown: 27, accepted: [] }, 'undetermined relayNotTried'],
    ['was not tried: nothing listens', null, 'undetermined relayNotTried'],
  ])('%s', async (_, trial, said) => {
    expect(await at(trial)).toEqual([said]);
  });

  it('shows the recipients that were accepted', async () => {
    const trial = { isOpen: true, refused: 0, unknown: 0, accepted: ['<x@relay-test.example>'] };
    const [finding] = await runCheck(openRelay, { tools: { tryRelaying: () => Promise.resolve(trial) } });
    expect(finding?.found).toEqual(['<x@relay-test.example>']);
  });
});

describe('the clock', () => {
  it.each([
    [40, 'ok clockGood'],
    [-9_000, 'ok clockGood'],
    [45_000, 'warning clockFast'],
    [-45_000, 'warning clockSlow'],
    [600_000, 'error clockFast'],
    [-86_400_000, 'error clockSlow'],
  ])('is %i ms ahead', async (aheadMs, said) => {
    const clockAhead = () => Promise.resolve({ aheadMs, source: 'pool.ntp.org' });
    expect(await sayings(clockRight, { tools: { clockAhead } })).toEqual([said]);
  });

  it('is not judged where nobody tells the time', async () => {
    expect(await sayings(clockRight)).toEqual(['undetermined clockUnknown']);
  });
});

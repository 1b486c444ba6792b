/** What this machine tells of itself: room on the disk, backups, the database, versions. Nobody outside is asked. */
import { tell } from '../../finding-words.ts';
import type { HealthFacts } from '../../facts.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import { advice, fail, fine, onPage, press, unsure, warn } from '../finding.ts';
import type { HealthCheckId } from '../../finding-words.ts';

const GIB = 2 ** 30;
/** A commit needs room for its log; below this the next large message may not fit. */
const DISK_ERROR_BYTES = GIB;
const DISK_WARNING_BYTES = 5 * GIB;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** An office loses a day's mail at most. */
const BACKUP_WARNING_MS = 2 * DAY_MS;
const BACKUP_ERROR_MS = 7 * DAY_MS;
/** A message that waits so long is one that somebody misses. */
const QUEUE_WARNING_MS = 4 * HOUR_MS;
/** As YunoHost has it: an office has a handful. */
const QUEUE_WARNING_RECIPIENTS = 100;
/** The first tries of a renewal may fail; the end is far then. */
const RENEWAL_ERROR_MS = 7 * DAY_MS;

type Judge = (facts: HealthFacts, now: number) => CheckFinding | readonly CheckFinding[];

function check(id: HealthCheckId, judge: Judge): HealthCheck {
  const run: HealthCheck['run'] = ({ facts, now }) => Promise.resolve([judge(facts, now)].flat());
  return { id, card: 'safe', about: 'server', run };
}

export const disk = check('disk', ({ disk: { freeBytes } }) => {
  const free = (freeBytes / GIB).toFixed(1);
  const found = [`${free} GiB`];
  const sides = {
    expected: [`≥ ${DISK_WARNING_BYTES / GIB} GiB`],
    found,
    fixes: [advice(tell('adviseDisk', {}))],
  };
  if (freeBytes < DISK_ERROR_BYTES) return fail(tell('diskFull', { free }), sides);
  return freeBytes < DISK_WARNING_BYTES
    ? warn(tell('diskLow', { free }), sides)
    : fine(tell('diskRoom', { free }), { found });
});

export const backupAge = check('backupAge', ({ lastBackupAt }, now) => {
  if (lastBackupAt === null)
    return warn(tell('backupNone', {}), { fixes: [onPage('backups'), advice(tell('adviseBackup', {}))] });
  const age = now - lastBackupAt;
  const days = Math.floor(age / DAY_MS);
  const fixes = [onPage('backups')];
  if (age > BACKUP_ERROR_MS) return fail(tell('backupOld', { days }), { fixes });
  return age > BACKUP_WARNING_MS
    ? warn(tell('backupOld', { days }), { fixes })
    : fine(tell('backupFresh', { hours: Math.floor(age / HOUR_MS) }));
});

export const startsByItself = check('startsByItself', ({ starts }) => {
  switch (starts) {
    case 'atBoot':
      return fine(tell('startsAtBoot', {}));
    case 'notAtBoot':
      return warn(tell('startsNotAtBoot', {}), { fixes: [onPage('running')] });
    case 'byHand':
      return warn(tell('startsByHand', {}), { fixes: [onPage('running')] });
    case 'unknown':
      return unsure(tell('startsUnknown', {}), { fixes: [advice(tell('adviseContainer', {}))] });
  }
});

export const database = check('database', ({ database: last }, now) => {
  const fixes = [press('runDatabaseCheck')];
  if (last === null) return unsure(tell('databaseUnchecked', {}), { fixes });
  const hours = Math.floor((now - last.checkedAt) / HOUR_MS);
  if (last.findings.length > 0)
    return fail(tell('databaseDamaged', { count: last.findings.length }), {
      found: last.findings,
      fixes: [advice(tell('adviseDoctor', {})), ...fixes],
    });
  return fine(tell('databaseSound', { hours }));
});

export const passwords = check('passwords', ({ passwords: { weak, unknown, judged } }) => {
  const found = weak.map(({ name, score }) => `${name}: ${score}/4`);
  const names = weak.map(({ name }) => name).join(', ');
  if (weak.length > 0)
    return warn(tell('passwordsWeak', { count: weak.length, names }), { found, fixes: [onPage('accounts')] });
  if (judged === 0 && unknown > 0)
    return unsure(tell('passwordsUnknown', { unknown }), { fixes: [advice(tell('advisePasswords', {}))] });
  return unknown > 0
    ? fine(tell('passwordsPartlyJudged', { judged, unknown }))
    : fine(tell('passwordsStrong', { judged }));
});

export const cleartextSignIn = check('cleartextSignIn', ({ allowsCleartextSignIn }) =>
  allowsCleartextSignIn
    ? warn(tell('cleartextAllowed', {}), { fixes: [onPage('settings')] })
    : fine(tell('cleartextRefused', {})),
);

export const versions = check('versions', ({ versions: its }) => {
  const found = Object.entries(its).map(([name, version]) => `${name} ${version}`);
  return fine(tell('versionsAre', { postroom: its.postroom, node: its.node }), { found });
});

export const queueAge = check('queueAge', ({ queue: { recipients, oldestReceivedAt } }, now) => {
  const fixes = [press('retryQueue'), onPage('queue')];
  const age = oldestReceivedAt === null ? 0 : now - oldestReceivedAt;
  const hours = Math.floor(age / HOUR_MS);
  if (age > QUEUE_WARNING_MS) return warn(tell('queueOld', { recipients, hours }), { fixes });
  return recipients > QUEUE_WARNING_RECIPIENTS
    ? warn(tell('queueLong', { recipients }), {
        expected: [`≤ ${QUEUE_WARNING_RECIPIENTS}`],
        found: [String(recipients)],
        fixes,
      })
    : fine(tell('queueMoves', { recipients }));
});

export const certificateRenewal = check('certificateRenewal', ({ renewals }, now) => {
  if (renewals.length === 0) return fine(tell('renewalNone', {}));
  return renewals.map(({ name, purpose, problem, notAfter }) => {
    if (problem === null) return { subject: name, ...fine(tell('renewalWorks', { name })) };
    const isUrgent = notAfter === null || notAfter - now < RENEWAL_ERROR_MS;
    const fixes = [press('renewCertificate', purpose), onPage('certificates', name)];
    const told = tell('renewalFailed', { name, problem });
    return { subject: name, ...(isUrgent ? fail(told, { fixes }) : warn(told, { fixes })) };
  });
});

/** Backup handlers: where they go and when, making and looking at them, restoring. */
import type { BackupPlace, BackupsView } from '../../contract/backups.ts';
import { HELD_AFTER_RESTORE } from '../../storage/snapshot/prepare-restored.ts';
import type { BackupRunRow } from '../backups/port.ts';
import { guardedCalls } from './base.ts';
import { windowFeed } from './feed.ts';
import type { SteeringJobs } from './queue-steering.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;
const MOST_RUNS = 20;

export function createBackupHandlers(services: ConsoleServices, jobs: SteeringJobs) {
  return {
    ...createPlanHandlers(services, jobs),
    ...createWorkHandlers(services, jobs),
    ...createBrowseHandlers(services),
  };
}

function createPlanHandlers({ backups, clock, logger }: ConsoleServices, jobs: SteeringJobs) {
  const { desk } = backups;
  return {
    watch: guardedCalls.backups.watch.handler(({ signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => Promise.resolve(describe(backups)),
        open: (changed) => {
          const stops = [desk.onChange(changed), jobs.onProgress(changed)];
          return () => stops.forEach((stop) => stop());
        },
      }),
    ),

    look: guardedCalls.backups.look.handler(() => desk.look()),

    setPlace: guardedCalls.backups.setPlace.handler(async ({ input: { place, recoveryKey }, context }) => {
      const placed = await desk.setPlace(place, recoveryKey.trim() === '' ? null : recoveryKey);
      if (placed.trouble === null)
        logger.info('backups go elsewhere', { to: desk.title, by: context.administrator });
      return placed;
    }),

    keepKey: guardedCalls.backups.keepKey.handler(() => desk.change({ isKeyKept: true })),

    showKey: guardedCalls.backups.showKey.handler(({ context }) => {
      logger.warn('the recovery key was shown', { by: context.administrator });
      return { recoveryKey: desk.settings.recoverySecret ?? '-' };
    }),

    setPlan: guardedCalls.backups.setPlan.handler(({ input }) => desk.change(input)),
  };
}

function createWorkHandlers({ backups, queue, clock, logger }: ConsoleServices, jobs: SteeringJobs) {
  const { desk } = backups;
  return {
    start: guardedCalls.backups.start.handler(({ input: { kind }, context }) => {
      logger.info(`${kind} begins`, { by: context.administrator });
      return { trouble: kind === 'backup' ? desk.backUp('manual') : desk.verify() };
    }),

    cancel: guardedCalls.backups.cancel.handler(() => desk.slot.cancel()),

    remove: guardedCalls.backups.remove.handler(async ({ input: { snapshotId } }) => ({
      trouble: await desk.remove(snapshotId),
    })),

    restoreAll: guardedCalls.backups.restoreAll.handler(({ input: { snapshotId }, context }) => {
      logger.warn('a whole restore begins', { snapshotId, by: context.administrator });
      return { trouble: desk.restoreAll(snapshotId) };
    }),

    settleHeld: guardedCalls.backups.settleHeld.handler(async ({ input: { action }, context }) => {
      const selection = { kind: 'filter', filter: { heldBy: HELD_AFTER_RESTORE } } as const;
      const facts = { selection, by: context.administrator, at: clock.now() };
      await jobs.begin({ action: action === 'release' ? 'release' : 'remove', ...facts });
      logger.info(`what a restore held: ${action}`, {
        by: context.administrator,
        depth: await queue.depth(),
      });
    }),
  };
}

function createBrowseHandlers({ backups: { browse }, logger }: ConsoleServices) {
  return {
    open: guardedCalls.backups.open.handler(async ({ input: { snapshotId } }) => ({
      trouble: await browse.openSnapshot(snapshotId),
    })),

    close: guardedCalls.backups.close.handler(() => browse.close()),

    accounts: guardedCalls.backups.accounts.handler(async () => ({
      accounts: (await browse.accounts()) ?? [],
    })),

    messages: guardedCalls.backups.messages.handler(
      async ({ input }) => (await browse.messages(input)) ?? { messages: [], before: null },
    ),

    restoreMail: guardedCalls.backups.restoreMail.handler(async ({ input, context }) => {
      logger.info('mail is restored', { accountId: input.accountId, by: context.administrator });
      return { trouble: await browse.restoreMail(input) };
    }),
  };
}

function describe({ desk, browse, nextAt, countHeld }: ConsoleServices['backups']): BackupsView {
  const { place, isKeyKept, schedule, retention, trialEveryDays, mostOctetsPerSecond } = desk.settings;
  const { snapshots, trouble, freeOctets } = desk.known;
  const open = browse.open;
  return {
    place: place === null ? null : withoutSecret(place),
    title: desk.title,
    isKeyKept,
    plan: { schedule, retention, trialEveryDays, mostOctetsPerSecond },
    nextAt: nextAt(),
    lastBackupAt: desk.lastBackupAt(),
    lastTrialAt: desk.lastTrialAt(),
    job: desk.slot.view,
    snapshots,
    snapshotsTrouble: trouble,
    freeOctets,
    runs: desk.runs.slice(0, MOST_RUNS).map(describeRun),
    open: open === null ? null : { snapshotId: open.id, at: open.at },
    heldAfterRestore: countHeld(),
    isRestartDue: desk.isRestartDue,
  };
}

function withoutSecret(place: BackupPlace): BackupPlace {
  return place.kind === 'folder' ? place : { ...place, secretAccessKey: '' };
}

function describeRun({
  kind,
  startedAt,
  endedAt,
  outcome,
  report,
}: BackupRunRow): BackupsView['runs'][number] {
  const { trouble, trialFindings, damaged, snapshot, about } = report;
  const addedOctets = snapshot?.addedOctets ?? null;
  return { kind, startedAt, endedAt, outcome, trouble, trialFindings, damaged, addedOctets, about };
}

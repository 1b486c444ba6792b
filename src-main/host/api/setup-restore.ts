/**
 * Restoring a backup instead of setting up: a new machine, or a folder that was lost.
 *
 * Invariants: only while nobody has set up anything here, and for who might do that; what is found is kept nowhere; what is in the data
 * folder is kept beside what is restored, as in every whole restore.
 */
import { SETUP_NAME } from '../console/console-door.ts';
import { openCalls, refusal } from './base.ts';
import { audited } from './gate.ts';
import type { ConsoleServices, Visitor } from './services.ts';
import { checkBeginner } from './setup-beginner.ts';

export function createSetupRestoreHandlers(services: ConsoleServices) {
  const { desk } = services.backups;
  const { findBackups, restoreBackup, restoreProgress, cancelRestore } = openCalls.setup;
  return {
    findBackups: findBackups.handler(async ({ input, context: { visitor } }) => {
      await checkNothingSetUp(services, visitor, input.token);
      return desk.findAt({ place: input.place, recoverySecret: input.recoveryKey });
    }),

    restoreBackup: restoreBackup.handler(async ({ input, context: { visitor } }) => {
      await checkNothingSetUp(services, visitor, input.token);
      const { place, recoveryKey, snapshotId } = input;
      const change = { actor: beginnerOf(visitor), call: 'setup.restoreBackup', input };
      return audited(services, change, () => {
        services.logger.warn('a whole restore begins instead of a setup', { snapshotId });
        const trouble = desk.restoreFrom({ place, recoverySecret: recoveryKey }, snapshotId);
        return Promise.resolve({ trouble });
      });
    }),

    restoreProgress: restoreProgress.handler(async ({ input, context: { visitor } }) => {
      await checkNothingSetUp(services, visitor, input.token);
      const [last] = desk.runs;
      return {
        job: desk.slot.view,
        trouble: last?.kind === 'restore' ? last.report.trouble : null,
        isRestartDue: desk.isRestartDue,
      };
    }),

    cancelRestore: cancelRestore.handler(async ({ input, context: { visitor } }) => {
      await checkNothingSetUp(services, visitor, input.token);
      desk.slot.cancel();
    }),
  };
}

async function checkNothingSetUp(
  services: ConsoleServices,
  visitor: Visitor,
  token: string | undefined,
): Promise<void> {
  const { access, settings } = services;
  if ((await access.administrators.count()) > 0 || (await settings.read()).isSetUp)
    throw refusal('alreadySetUp');
  await checkBeginner(services, visitor, token);
}

/** Nobody has a name here yet. */
function beginnerOf({ remoteAddress, shell }: Visitor) {
  const means = { kind: shell === 'desktop' ? 'desktop' : 'browser' } as const;
  return { who: SETUP_NAME, role: 'owner', address: remoteAddress, means } as const;
}

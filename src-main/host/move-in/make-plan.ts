/** Makes the plan of a move-in from where it comes from, for the command line and the console alike. */
import { err, ok, type Result } from '../../base/result.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { MoveInProblem } from '../../contract/move-in.ts';
import type { ImapClientOptions } from '../../protocol/imap/client/open-session.ts';
import { openBackup, type BackupChoice } from './backup-places.ts';
import { provisionOf, type Office } from './carry-out.ts';
import { lookAround, type MoveInPlan } from './plan.ts';
import { planHmailserver } from './plan-hmailserver.ts';
import { planServers, type ServerList } from './plan-servers.ts';

export type MoveInOrigin =
  ({ readonly from: 'hmailserver' } & BackupChoice) | ({ readonly from: 'servers' } & ServerList);

export interface PlanMeans {
  readonly office: Office;
  readonly imap: ImapClientOptions;
  readonly randomBytes: RandomBytes;
}

/** Writes nothing. */
export async function makePlan(
  origin: MoveInOrigin,
  means: PlanMeans,
): Promise<Result<MoveInPlan, MoveInProblem>> {
  const { directory, targets } = means.office;
  const here = await lookAround(directory, targets.settings);
  if (origin.from === 'servers') {
    const plan = planServers(origin, { here, imap: means.imap });
    return plan.ok ? plan : err({ kind: 'list', mistakes: plan.error });
  }
  const found = await openBackup(origin);
  if (!found.ok) return found;
  const { backup, places } = found.value;
  const plan = planHmailserver(backup, { here, places, randomBytes: means.randomBytes });
  const provision = await provisionOf(plan, means.office);
  return provision.ok ? ok(plan) : err({ kind: 'backup', problem: 'refused', detail: provision.error });
}

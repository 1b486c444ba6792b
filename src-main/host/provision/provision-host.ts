/** Applies a provision file to the stores of a starting host, as one entry of the audit log for each thing that changed. */
import type { Clock } from '../../base/clock.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { AuditStore } from '../audit/port.ts';
import { applyProvision, type ProvisionTargets } from './apply.ts';
import { auditProvision } from './audit.ts';
import { findProvisionProblem } from './check.ts';
import type { Provision } from './schema.ts';

/** The provision file asks for something that cannot be; says what, with its path. */
export class ProvisionProblem extends Error {
  override name = 'ProvisionProblem' as const;
}

/** Rejects with a ProvisionProblem before anything is changed. */
export async function provisionHost(
  provision: Provision,
  targets: ProvisionTargets & { audit: AuditStore },
  clock: Clock,
): Promise<void> {
  const problem = await checkProvision(provision, targets);
  if (problem !== null) throw new ProvisionProblem(problem);
  const audit = new AuditLog({ store: targets.audit, clock });
  await auditProvision(audit, targets, () => applyProvision(provision, targets));
}

/** What is wrong with it as things are now, as a sentence with its path, or null. */
export async function checkProvision(
  provision: Provision,
  targets: Pick<ProvisionTargets, 'directory' | 'settings'>,
): Promise<string | null> {
  const domains = (await targets.directory.listDomains()).map(({ name }) => name);
  const people = (await targets.directory.listAccounts()).filter(({ kind }) => kind === 'person');
  const accounts = people.map(({ address }) => address);
  const settings = await targets.settings.read();
  const groups = (await targets.directory.listGroupMembers()).map(({ address }) => address);
  return findProvisionProblem(provision, { ...settings, domains, accounts, groups });
}

/** Applies the provision file at the start: checked as a whole first, and into the audit log. */
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

/** null: there is none. */
export async function provisionHost(
  provision: Provision | null,
  targets: ProvisionTargets & { readonly audit: AuditStore; readonly clock: Clock },
): Promise<void> {
  if (provision === null) return;
  const domains = (await targets.directory.listDomains()).map(({ name }) => name);
  const people = (await targets.directory.listAccounts()).filter(({ kind }) => kind === 'person');
  const accounts = people.map(({ address }) => address);
  const settings = await targets.settings.read();
  const groups = (await targets.directory.listGroupMembers()).map(({ address }) => address);
  const problem = findProvisionProblem(provision, { ...settings, domains, accounts, groups });
  if (problem !== null) throw new ProvisionProblem(problem);
  const audit = new AuditLog({ store: targets.audit, clock: targets.clock });
  await auditProvision(audit, targets, () => applyProvision(provision, targets));
}

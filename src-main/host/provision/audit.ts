/** What a provision file has changed, for the audit log; nothing is written where everything was so already. */
import type { AuditLog } from '../audit/audit-log.ts';
import { differenceOf } from '../audit/difference.ts';
import type { ProvisionTargets } from './apply.ts';

const ACTOR = { who: 'provision', role: null, address: '', means: { kind: 'provision' } } as const;

export async function auditProvision(
  audit: AuditLog,
  targets: ProvisionTargets,
  apply: () => Promise<void>,
): Promise<void> {
  const before = await stateOf(targets);
  const write = async (outcome: string) => {
    const after = await stateOf(targets);
    if (differenceOf(before, after).length === 0 && outcome === 'done') return;
    await audit.write({ actor: ACTOR, call: 'provision', input: {}, before, after, outcome });
  };
  await apply().catch(async (error: unknown) => {
    await write('failed');
    throw error;
  });
  await write('done');
}

async function stateOf({ directory, settings, administrators }: ProvisionTargets) {
  const [domains, accounts, aliases] = await Promise.all([
    directory.listDomains(),
    directory.listAccounts(),
    directory.listAliases(),
  ]);
  return {
    administrators: await administrators.count(),
    domains: Object.fromEntries(domains.map((domain) => [domain.name, domain])),
    accounts: Object.fromEntries(accounts.map((account) => [account.address, account])),
    aliases: Object.fromEntries(aliases.map((alias) => [alias.address, alias])),
    settings: await settings.read(),
  };
}

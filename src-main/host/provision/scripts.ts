/**
 * What a provision file says of accounts' filter scripts.
 *
 * Invariants: a script that is wrong is refused with its path, line and column before anything is changed; one that is stored
 * already stays untouched, and so does whichever its owner made active since.
 */
import { keyOfAddress } from '../../directory/address-key.ts';
import type { DirectoryAdmin } from '../../directory/port.ts';
import { checkScript } from '../../mail/delivery/sieve/checking/check-script.ts';
import type { SieveScriptStore } from '../../mail/delivery/sieve/port.ts';
import { expectOk } from './expect-ok.ts';
import type { Provision } from './schema.ts';

type ProvisionedDomain = Provision['domains'][number];

/** What the script is called. */
export const PROVISIONED_SCRIPT = 'provisioned';

export function findScriptProblem(domains: readonly ProvisionedDomain[]): string | null {
  for (const [index, domain] of domains.entries()) {
    for (const [at, { sieve }] of domain.accounts.entries()) {
      const checked = sieve === undefined ? null : checkScript(sieve);
      if (checked === null || checked.ok) continue;
      const [problem] = checked.error;
      const place = `line ${problem?.line ?? 1}, column ${problem?.column ?? 1}`;
      return `domains[${index}].accounts[${at}].sieve: ${place}: ${problem?.text ?? 'is wrong'}`;
    }
  }
  return null;
}

export async function applyScripts(
  domain: ProvisionedDomain,
  { directory, scripts }: { directory: Pick<DirectoryAdmin, 'listAccounts'>; scripts: SieveScriptStore },
): Promise<void> {
  const accounts = new Map(
    (await directory.listAccounts()).map((each) => [keyOfAddress(each.address), each]),
  );
  for (const { localPart, sieve } of domain.accounts) {
    const account = accounts.get(keyOfAddress(`${localPart}@${domain.name}`));
    if (sieve === undefined || account === undefined) continue;
    const known = await scripts.read(account.id, PROVISIONED_SCRIPT);
    if (known?.text === sieve) continue;
    expectOk(await scripts.put(account.id, { name: PROVISIONED_SCRIPT, text: sieve }), account.address);
    expectOk(await scripts.setUse(account.id, PROVISIONED_SCRIPT, 'active'), account.address);
  }
}

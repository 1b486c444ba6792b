/** What the checks of our sending addresses begin with: each address, with the names that it has. */
import type { LookUp } from '../../../protocol/dns/resolver.ts';
import type { CheckFinding } from '../../port.ts';
import { isSameAddress } from '../../own-addresses.ts';
import type { CheckTools } from '../../tools.ts';
import { unanswered, unsure } from '../finding.ts';
import { tell } from '../../finding-words.ts';
import { addressesOf } from '../mail-hosts.ts';

/** Asks about each address; with a smart host others see the smart host's addresses, so there is nothing to ask. */
export async function aboutEachAddress(
  tools: CheckTools,
  judge: (address: string, names: LookUp<string>) => Promise<CheckFinding | null>,
): Promise<readonly CheckFinding[]> {
  if (tools.facts.leaving.mode !== 'direct') return [];
  const { addresses, doubt } = await tools.ownAddresses();
  if (addresses.length === 0) {
    const { hostname } = tools.facts;
    return [
      doubt === null
        ? unsure(tell('noOwnAddress', { host: hostname }))
        : unanswered(hostname, { reason: doubt }),
    ];
  }
  const findings = await Promise.all(
    addresses.map(async (address) => {
      const names = await tools.resolver.ptr(address);
      const finding =
        names.kind === 'temporaryFailure' ? unanswered(address, names) : await judge(address, names);
      return finding === null ? [] : [{ subject: address, ...finding }];
    }),
  );
  return findings.flat();
}

export function namesIn(answer: LookUp<string>): readonly string[] {
  return answer.kind === 'found' ? answer.records : [];
}

/** Whether the name leads back to the address; null: nobody could say. */
export async function leadsBack(tools: CheckTools, name: string, address: string): Promise<boolean | null> {
  const { addresses, doubt } = await addressesOf(tools, name);
  if (addresses.some((each) => isSameAddress(each, address))) return true;
  return doubt === null ? false : null;
}

import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import type { Account } from '../../directory/port.ts';
import { MemoryScriptStore } from '../../mail/delivery/sieve/memory-script-store.ts';
import { parseProvision } from './schema.ts';
import { applyScripts, findScriptProblem, PROVISIONED_SCRIPT } from './scripts.ts';

const ANNA = { id: 1, address: 'anna@example.com' } as Account;

function domainsWith(sieve: string) {
  const accounts = [{ localPart: 'anna', password: 'secret', sieve }];
  const parsed = parseProvision(JSON.stringify({ domains: [{ name: 'example.com', accounts }] }));
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value.domains;
}

async function apply(scripts: MemoryScriptStore, sieve: string): Promise<void> {
  const directory = { listAccounts: () => Promise.resolve([ANNA]) };
  for (const domain of domainsWith(sieve)) await applyScripts(domain, { directory, scripts });
}

describe('the provision file’s scripts', () => {
  it('are refused with their path and place where they are wrong', () => {
    expect(findScriptProblem(domainsWith('keep;'))).toBeNull();
    expect(findScriptProblem(domainsWith('keep;\n  jump;'))).toBe(
      'domains[0].accounts[0].sieve: line 2, column 3: there is no command "jump"',
    );
  });

  it('become the active script, once: what the owner chose since stays', async () => {
    const scripts = new MemoryScriptStore(new ManualClock());
    await apply(scripts, 'keep;');
    expect(await scripts.inUse(1, 'active')).toMatchObject([{ name: PROVISIONED_SCRIPT, text: 'keep;' }]);
    await scripts.put(1, { name: 'mine', text: 'stop;' });
    await scripts.setUse(1, 'mine', 'active');
    await apply(scripts, 'keep;');
    expect(await scripts.inUse(1, 'active')).toMatchObject([{ name: 'mine' }]);
    await apply(scripts, 'discard;');
    expect(await scripts.inUse(1, 'active')).toMatchObject([{ name: PROVISIONED_SCRIPT, text: 'discard;' }]);
  });
});

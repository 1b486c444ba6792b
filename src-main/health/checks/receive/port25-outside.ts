/** Port 25 as the world sees it: a helper on another machine connects back to the address that asks it. */
import { tell } from '../../finding-words.ts';
import { familyOf } from '../../own-addresses.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools, OutsideLook } from '../../tools.ts';
import { advice, fail, fine, letter, onPage, unsure, warn } from '../finding.ts';

export const port25Outside: HealthCheck = {
  id: 'port25Outside',
  card: 'receive',
  about: 'server',
  async run(tools) {
    const { outside } = tools;
    if (outside === null)
      return [
        unsure(tell('outsideNotSet', {}), { fixes: [advice(tell('adviseHelper', {})), onPage('settings')] }),
      ];
    const { addresses } = await tools.ownAddresses();
    const families = [...new Set<4 | 6>([4, ...addresses.map(familyOf)])];
    return Promise.all(
      families.map(async (family) => ({
        subject: `IPv${family}`,
        ...judge(tools, await outside(tools.mxPort, family)),
      })),
    );
  },
};

function judge({ facts }: CheckTools, seen: OutsideLook): CheckFinding {
  const { hostname: host } = facts;
  if (seen.kind === 'failed')
    return unsure(tell('outsideFailed', { reason: seen.reason }), { fixes: [onPage('settings')] });
  const { address, look } = seen;
  const fixes = [advice(tell('adviseForward', { port: 25 })), letter('openPort25', { address, host })];
  switch (look.kind) {
    case 'unreachable':
      return fail(tell('outsideClosed', { address, reason: look.reason }), { fixes });
    case 'otherProtocol':
      return fail(tell('outsideNotSmtp', { address }), {
        expected: [`220 ${host}`],
        found: [look.greeting],
        fixes,
      });
    case 'answered':
      if (look.name.toLowerCase() === host)
        return fine(tell('outsideOurs', { address, host }), { found: [look.name] });
      return warn(tell('outsideOtherName', { address, host, name: look.name }), {
        ...{ expected: [host], found: [look.name], fixes },
      });
  }
}

/** RFC 5321 §4.5.4.2: port 25 of each address that MX records lead to answers, and with our name. Asked from here. */
import { tell } from '../../finding-words.ts';
import { isSameAddress } from '../../own-addresses.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { advice, fail, fine, onPage, unanswered, unsure } from '../finding.ts';
import { isOurs, mailHostAddresses, type MailHostAddress } from '../mail-hosts.ts';

export const port25: HealthCheck = {
  id: 'port25',
  card: 'receive',
  about: 'server',
  async run(tools) {
    const { places, doubt } = await mailHostAddresses(tools);
    if (places.length > 0) return Promise.all(places.map((place) => look(tools, place)));
    return doubt === null ? [] : [unanswered(tools.facts.hostname, { reason: doubt })];
  },
};

async function look(tools: CheckTools, { host, address }: MailHostAddress): Promise<CheckFinding> {
  const seen = await tools.smtp({ address, port: tools.mxPort, serverName: host });
  const subject = address;
  const { hostname } = tools.facts;
  switch (seen.kind) {
    case 'unreachable':
      return { subject, ...(await unreachable(tools, address, seen.reason)) };
    case 'otherProtocol': {
      const sides = { expected: [`220 ${hostname}`], found: [seen.greeting] };
      const fixes = [advice(tell('adviseForward', { port: 25 })), onPage('listeners')];
      return { subject, ...fail(tell('port25NotSmtp', { address }), { ...sides, fixes }) };
    }
    case 'answered': {
      const sides = { expected: [hostname], found: [seen.name] };
      if (seen.name.toLowerCase() === hostname)
        return { subject, ...fine(tell('port25Ours', { address, host: hostname }), { found: [seen.name] }) };
      // Another server of ours, or of a provider that takes our mail for us.
      const values = { address, host: hostname, name: seen.name };
      const fixes = [advice(tell('adviseForward', { port: 25 })), onPage('settings')];
      const isOwn = await isOurs(tools, address);
      const told = isOwn
        ? fail(tell('port25OtherName', values), { ...sides, fixes })
        : unsure(tell('port25Foreign', values), sides);
      return { subject, ...told };
    }
  }
}

/** Behind a router the way from inside to its own public address often does not exist. */
async function unreachable(tools: CheckTools, address: string, reason: string): Promise<CheckFinding> {
  const { localAddresses, listeners } = tools.facts;
  const isHere = localAddresses.some((own) => isSameAddress(own, address));
  const isListening = listeners.some(({ name, port }) => name === 'smtp' && port === tools.mxPort);
  const fixes = [onPage('listeners'), advice(tell('adviseForward', { port: 25 }))];
  if (isHere || !isListening) return fail(tell('port25Closed', { address, reason }), { fixes });
  return unsure(tell('port25NotFromHere', { address, reason }), {
    fixes: [advice(tell('adviseOutside', {}))],
  });
}

/** Each listener that is to serve mail programs greets them, asked from this machine. */
import { tell } from '../../finding-words.ts';
import type { HealthListener } from '../../facts.ts';
import type { CheckFinding, HealthCheck } from '../../port.ts';
import type { CheckTools } from '../../tools.ts';
import { fail, fine, onPage, warn } from '../finding.ts';

/** RFC 5321 §4.2, RFC 9051 §7.1, RFC 1939 §4, RFC 5804 §1.3 */
const GREETINGS: Readonly<Record<string, RegExp>> = {
  smtp: /^220[ -]/u,
  submission: /^220[ -]/u,
  submissions: /^220[ -]/u,
  imap: /^\* (?:OK|PREAUTH)\b/u,
  imaps: /^\* (?:OK|PREAUTH)\b/u,
  pop3: /^\+OK\b/u,
  pop3s: /^\+OK\b/u,
  managesieve: /^"/u,
};

export const listenersAnswer: HealthCheck = {
  id: 'listenersAnswer',
  card: 'clients',
  about: 'server',
  run: (tools) =>
    Promise.all(
      tools.facts.listeners
        .filter(({ name, state }) => Object.hasOwn(GREETINGS, name) && state !== 'off')
        .map(async (listener) => ({ subject: listener.name, ...(await ask(tools, listener)) })),
    ),
};

async function ask(tools: CheckTools, listener: HealthListener): Promise<CheckFinding> {
  const { name, port, standardPort, address, tls } = listener;
  const fixes = [onPage('listeners', name)];
  if (port === null) return fail(tell('listenerFailed', { name, port: standardPort }), { fixes });
  const seen = await tools.greet({
    address,
    port,
    isTlsFirst: tls === 'implicit',
    serverName: tools.facts.hostname,
  });
  if (seen.kind === 'failed')
    return fail(tell('listenerSilent', { name, port, reason: seen.reason }), { fixes });
  if (GREETINGS[name]?.test(seen.greeting) !== true)
    return fail(tell('listenerOther', { name, port }), { found: [seen.greeting], fixes });
  if (port !== standardPort)
    return warn(tell('listenerMoved', { name, port, standardPort }), {
      expected: [String(standardPort)],
      found: [String(port)],
      fixes,
    });
  return fine(tell('listenerAnswers', { name, port }), { found: [seen.greeting] });
}

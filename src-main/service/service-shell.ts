/** What `postroom serve` can do with itself: end so that its manager starts it again, or hand itself over to a service. */
import { err, type Result } from '../base/result.ts';
import type { ShellControl } from '../host/running-desk.ts';
import { openSystemService, thisMachine } from '../host/system-service/open-system-service.ts';
import type { Done, ServicePlan, SystemService } from '../host/system-service/port.ts';
import type { ServiceOptions } from './options.ts';
import { readWrapperSource, thisProgram } from './package-facts.ts';
import { planOf } from './service-plan.ts';

export interface ShellEnds {
  /** Stops, and ends with the code that asks a manager for a start. */
  readonly forRestart: () => void;
  /** Stops, and ends well. */
  readonly forGood: () => void;
}

/** Time for the answer to reach the page that asked. */
const FAREWELL_MS = 200;

export function createServiceShell(
  options: ServiceOptions,
  ends: ShellEnds,
  startedAt: number,
): ShellControl {
  const service = openSystemService(thisMachine(readWrapperSource));
  const isManaged = options.managedBy !== null;
  const soon = (end: () => void) => void setTimeout(end, FAREWELL_MS);
  return {
    ...{ kind: isManaged ? 'service' : 'byHand', startedAt, program: thisProgram(), service },
    restart: isManaged ? () => soon(ends.forRestart) : null,
    mayHandOver: async () => !isManaged && service !== null && (await service.mayAdminister()),
    handOver: async () => {
      if (service === null) return err({ kind: 'unusable', text: 'there is no service manager here' });
      const done = await installBeside(service, options);
      if (done.ok) soon(ends.forGood);
      return done;
    },
  };
}

/** The service begins as soon as this process has let go of ports and folder: until then it tries again. */
async function installBeside(service: SystemService, options: ServiceOptions): Promise<Done> {
  const plan = planLike(service, options);
  if (!plan.ok) return err({ kind: 'unusable', text: plan.error });
  const installed = await service.install(plan.value);
  return installed.ok ? service.startSoon() : installed;
}

function planLike(service: SystemService, options: ServiceOptions): Result<ServicePlan, string> {
  const { dataFolder, provisionFile, console, bind, ports, key, logLevel } = options;
  const list = Object.entries(ports).map(([name, port]) => `${name}=${String(port)}`);
  const serveArguments = [
    ...(bind === null ? [] : ['--bind', bind]),
    ...(list.length === 0 ? [] : ['--ports', list.join(',')]),
    ...(key.keyFile === null ? [] : ['--key-file', key.keyFile]),
    ...['--log-level', logLevel],
  ];
  const file = key.passphraseFile;
  const wishes = {
    ...{ dataFolder, provisionFile, serveArguments, moveData: null, account: null },
    console: `${console.address}:${String(console.port)}`,
    writable: [],
    passphraseFile: file === null || file === '-' ? null : { path: file, isEncrypted: false },
    printsOnly: false,
  };
  return planOf(wishes, { earlier: null, service, program: thisProgram() });
}

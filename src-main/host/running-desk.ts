/**
 * Running desk: how this server runs on its machine, and its way from there into a service.
 *
 * What can be done depends on the shell: a service is started again by its manager, a desktop app by itself, a process at a terminal
 * by nobody. Invariants: what this process may not do is said as the command with which an administrator does it.
 */
import { userInfo } from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Subscribe } from '../base/emitter.ts';
import { err, ok } from '../base/result.ts';
import type { RunningView } from '../contract/running.ts';
import type { HowItStarts } from '../health/facts.ts';
import { pasteable } from './system-service/pasteable.ts';
import type { Done, ServiceStatus, SystemService } from './system-service/port.ts';

/** What the shell that runs the host can do with itself. */
export interface ShellControl {
  readonly kind: RunningView['how'];
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  /** Node and the entry of `postroom`. */
  readonly program: readonly [string, string];
  readonly service: SystemService | null;
  /** Ends so that it is started again; null: nobody would. */
  readonly restart: (() => void) | null;
  /** Whether handOver() may be tried. */
  readonly mayHandOver: () => Promise<boolean>;
  /** Installs the service with what is here, ends, and lets it go on. */
  readonly handOver: () => Promise<Done>;
}

export type RunningFacts = Omit<RunningView, 'misplaced' | 'version'>;

export interface RunningDesk {
  status(): Promise<RunningFacts>;
  restart(): Done;
  handOver(): Promise<Done>;
  uninstall(): Promise<Done>;
  /** Something may be different; now and then while somebody listens. */
  readonly onChange: Subscribe<void>;
}

const LOOK_INTERVAL_MS = 5_000;

/** A host that nobody gave a shell (tests): it can do nothing with itself. */
export function noShell(startedAt: number): ShellControl {
  const cannot: Done = err({ kind: 'unusable', text: 'nothing runs this server' });
  return {
    ...{ kind: 'byHand', startedAt, program: ['node', 'service.js'], service: null, restart: null },
    mayHandOver: () => Promise.resolve(false),
    handOver: () => Promise.resolve(cannot),
  };
}

export function createRunningDesk(
  shell: ShellControl,
  { dataFolder, clock }: { readonly dataFolder: string; readonly clock: Clock },
): RunningDesk {
  const { service } = shell;
  return {
    status: () => readStatus(shell, dataFolder),
    restart: () => {
      if (shell.restart === null) return err({ kind: 'unusable', text: 'nobody would start it again' });
      shell.restart();
      return ok(undefined);
    },
    handOver: () => shell.handOver(),
    uninstall: async () => {
      const isAway = service === null || (await service.status()).kind === 'notInstalled';
      if (isAway) return err({ kind: 'notInstalled', text: 'there is no service' });
      return service.uninstall({ removesData: false });
    },
    onChange: (listener) => {
      let cancel = clock.after(LOOK_INTERVAL_MS, function look() {
        listener();
        cancel = clock.after(LOOK_INTERVAL_MS, look);
      });
      return () => cancel();
    },
  };
}

async function readStatus(shell: ShellControl, dataFolder: string): Promise<RunningFacts> {
  const { service, kind: how, startedAt } = shell;
  const status: ServiceStatus = (await service?.status()) ?? { kind: 'notInstalled' };
  const mayAdminister = (await service?.mayAdminister()) ?? false;
  // On Windows the service's process is a wrapper, whose child this is.
  const isThis = status.kind === 'installed' && [process.pid, process.ppid].includes(status.pid ?? 0);
  return {
    ...{ how, startedAt, dataFolder, pid: process.pid, nodeVersion: process.versions.node },
    account: userInfo().username,
    memory: process.memoryUsage.rss(),
    manager: service?.manager ?? null,
    service: status.kind === 'notInstalled' ? null : describeService(status, isThis),
    mayRestart: shell.restart !== null,
    mayHandOver: status.kind === 'notInstalled' && (await shell.mayHandOver()),
    mayUninstall: status.kind === 'installed' && !isThis && mayAdminister,
    commands: commandsFor(shell, dataFolder),
  };
}

function describeService(
  { state, startsAtBoot, detail, installed }: Extract<ServiceStatus, { kind: 'installed' }>,
  isThis: boolean,
): RunningView['service'] {
  const { dataFolder = null, console = null } = installed ?? {};
  return { state, startsAtBoot, detail, isThis, dataFolder, console };
}

/** After the computer was off. */
export async function howItStarts(shell: ShellControl | null): Promise<HowItStarts> {
  if (shell === null || shell.service === null) return 'unknown';
  const status = await shell.service.status();
  if (shell.kind !== 'service' || status.kind === 'notInstalled') return 'byHand';
  return status.startsAtBoot ? 'atBoot' : 'notAtBoot';
}

/** A service has its data where no home is; what lies elsewhere is taken there. */
function commandsFor({ program, service }: ShellControl, dataFolder: string): RunningView['commands'] {
  const isUsual = service === null || dataFolder === service.defaults.dataFolder;
  const paste = (...args: readonly string[]) => pasteable([...program, 'service', ...args], process.platform);
  return {
    install: paste('install', ...(isUsual ? [] : ['--move-data', dataFolder])),
    start: paste('start'),
    restart: paste('restart'),
    uninstall: paste('uninstall'),
  };
}

/**
 * What the desktop app can do with itself: start anew, or hand its data over to the system's service and become its window.
 *
 * Invariants: the host has let go of the folder before it is moved; where the service could not be installed the app comes back with
 * everything as it was.
 */
import { err, ok } from '../base/result.ts';
import type { ShellControl } from '../host/running-desk.ts';
import type { Done, SystemService } from '../host/system-service/port.ts';

export interface DesktopShellOptions {
  readonly dataFolder: string;
  readonly startedAt: number;
  /** null: this package came without a Node of its own. */
  readonly program: readonly [string, string] | null;
  readonly service: SystemService | null;
  /** Asks the person at this machine for the rights. */
  readonly elevate: (command: readonly string[]) => Promise<Done>;
  readonly stopHost: () => Promise<void>;
  /** The service knows no keystore of somebody's session: the key becomes a file that its account alone reads. */
  readonly freeKey: () => Promise<void>;
  readonly relaunch: () => void;
  readonly showProblem: (text: string) => void;
  /** Runs it when the answer has gone to the page. */
  readonly later: (work: () => Promise<void>) => void;
}

export function createDesktopShell(options: DesktopShellOptions): ShellControl {
  const { dataFolder, startedAt, program, service, later, relaunch, stopHost } = options;
  const isPossible = program !== null && service !== null;
  return {
    ...{ kind: 'desktop', startedAt, service, program: program ?? ['node', 'service.js'] },
    restart: () =>
      later(async () => {
        await stopHost();
        relaunch();
      }),
    mayHandOver: () => Promise.resolve(isPossible),
    handOver: () => {
      if (program === null || service === null)
        return Promise.resolve(
          err({ kind: 'unusable', text: 'this computer runs no services that we know' }),
        );
      const place = dataFolder === service.defaults.dataFolder ? [] : ['--move-data', dataFolder];
      later(() => handOver(options, [...program, 'service', 'install', ...place]));
      return Promise.resolve(ok(undefined));
    },
  };
}

async function handOver(options: DesktopShellOptions, command: readonly string[]): Promise<void> {
  await options.stopHost();
  await options.freeKey();
  const done = await options.elevate(command);
  if (!done.ok) options.showProblem(done.error.text);
  options.relaunch();
}

/** What `postroom start` tells the person at the terminal: where the console is, and which ports are not the standard ones. */
import { spawn } from 'node:child_process';
import { remedyFor } from '../host/api/port-remedy.ts';
import type { ListenerStatus } from '../host/port.ts';

const REASONS: Readonly<Record<NonNullable<ListenerStatus['problem']>, string>> = {
  portTaken: 'another program has it',
  needsRights: 'the system keeps low ports to itself',
  other: 'the system refused it',
};

/** One line for each listener that is not where mail programs look for it: which port, why, and what would help. */
export function describeUnusualPorts(
  listeners: readonly ListenerStatus[],
  platform: string,
): readonly string[] {
  return listeners.flatMap((listener) => {
    if (listener.problem === null) return [];
    const where = listener.port === null ? 'does not listen' : `listens on port ${listener.port}`;
    const reason = `${REASONS[listener.problem]} (${listener.problemDetail})`;
    const commands = remedyFor(listener, platform)?.commands ?? [];
    const help = commands.length === 0 ? '' : `; to get it: ${commands.join(' && ')}`;
    return [`${listener.name} ${where} instead of ${listener.standardPort}: ${reason}${help}`];
  });
}

/** Opens the address in the person's browser, where there is a display; what fails is no loss: the address was printed. */
export function openInBrowser(url: string): void {
  const command = browserCommand(url);
  if (command === null) return;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

function browserCommand(url: string): readonly [string, ...string[]] | null {
  if (process.platform === 'win32') return ['cmd', '/c', 'start', '', url];
  if (process.platform === 'darwin') return ['open', url];
  const hasDisplay = Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  return hasDisplay ? ['xdg-open', url] : null;
}

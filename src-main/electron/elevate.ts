/** Runs a command with an administrator's rights, as the person at this machine grants them in the system's own dialog. */
import type { Done } from '../host/system-service/port.ts';
import { outcomeOf } from '../host/system-service/common.ts';
import type { SystemTools } from '../host/system-service/system-tools.ts';

export async function elevate(
  tools: Pick<SystemTools, 'run'>,
  platform: string,
  command: readonly string[],
): Promise<Done> {
  const [program, ...args] = elevated(platform, command);
  return outcomeOf('postroom service', await tools.run(program, args));
}

export function elevated(platform: string, command: readonly string[]): readonly [string, ...string[]] {
  switch (platform) {
    case 'darwin':
      return [
        'osascript',
        '-e',
        `do shell script ${appleText(shellLine(command))} with administrator privileges`,
      ];
    case 'win32':
      return ['powershell.exe', '-NoProfile', '-Command', startAsAdministrator(command)];
    default:
      return ['pkexec', ...command];
  }
}

function shellLine(command: readonly string[]): string {
  return command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}

function appleText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Start-Process joins its arguments with spaces, so each comes quoted; what it starts gives its exit code. */
function startAsAdministrator([program = '', ...args]: readonly string[]): string {
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const list = args.map((each) => quote(`"${each}"`)).join(',');
  return `exit (Start-Process -FilePath ${quote(program)} -ArgumentList ${list} -Verb RunAs -Wait -PassThru).ExitCode`;
}

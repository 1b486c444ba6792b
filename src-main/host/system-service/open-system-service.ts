/** The service manager of this machine; null where there is none that we know (containers, other systems). */
import { existsSync } from 'node:fs';
import { LaunchdService } from './launchd/launchd-service.ts';
import type { SystemService } from './port.ts';
import { SystemdService } from './systemd/systemd-service.ts';
import { systemTools, type SystemTools } from './system-tools.ts';
import { WindowsService } from './windows/windows-service.ts';

/** sd_booted(3) */
const SYSTEMD_RUNS = '/run/systemd/system';

export interface SystemFacts {
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
  /** The source of the Windows service's wrapper. */
  readonly wrapperSource: () => string;
  readonly tools: SystemTools;
}

export function openSystemService(facts: SystemFacts): SystemService | null {
  const { platform, environment, tools } = facts;
  if (platform === 'darwin') return new LaunchdService(tools);
  if (platform === 'linux') return facts.exists(SYSTEMD_RUNS) ? new SystemdService(tools) : null;
  if (platform !== 'win32') return null;
  return new WindowsService(tools, {
    programData: environment['ProgramData'] ?? 'C:\\ProgramData',
    programFiles: environment['ProgramFiles'] ?? 'C:\\Program Files',
    systemRoot: environment['SystemRoot'] ?? 'C:\\Windows',
    wrapperSource: facts.wrapperSource(),
  });
}

export function thisMachine(wrapperSource: () => string): SystemFacts {
  const { platform, env: environment } = process;
  return { platform, environment, exists: existsSync, wrapperSource, tools: systemTools };
}

/** What the three service managers have in common: the record of what was installed, the command line, refusals in words. */
import { err, ok, type Result } from '../../base/result.ts';
import {
  type Done,
  type ServiceManager,
  servicePlan,
  type ServicePlan,
  type ServiceProblem,
} from './port.ts';
import type { CommandEnd, SystemTools } from './system-tools.ts';

/** Only for whom it belongs to. */
export const PRIVATE_FOLDER = 0o700;

export const NO_RIGHTS: ServiceProblem = {
  kind: 'noRights',
  text: 'only an administrator of this machine may do that',
};
export const NOT_INSTALLED: ServiceProblem = {
  kind: 'notInstalled',
  text: 'Postroom is not installed as a service here; postroom service install does that',
};

/** The whole command, as the manager runs it. */
export function commandOf(plan: ServicePlan, manager: ServiceManager): readonly string[] {
  const places = ['--data', plan.dataFolder, '--console', plan.console];
  const command = [...plan.program, 'serve', '--managed-by', manager, ...places, ...plan.serveArguments];
  // systemd has its own words for where it puts credentials.
  return manager === 'systemd' ? command : [...command, ...fileArguments(plan)];
}

function fileArguments({ provisionFile, passphraseFile }: ServicePlan): readonly string[] {
  return [
    ...(provisionFile === null ? [] : ['--provision', provisionFile]),
    ...(passphraseFile === null ? [] : ['--passphrase-file', passphraseFile.path]),
  ];
}

/** What no other manager than systemd has. */
export function refuseCredentials({ passphraseFile }: ServicePlan): Done {
  if (passphraseFile?.isEncrypted !== true) return ok(undefined);
  return err({ kind: 'unusable', text: 'only systemd opens encrypted credentials: use --passphrase-file' });
}

export function recordOf(plan: ServicePlan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** null: nothing was installed, or something that is not ours. */
export function parseRecord(text: string | null): ServicePlan | null {
  if (text === null) return null;
  try {
    return servicePlan.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The first command that fails ends it: what it said is the problem. */
export async function runAll(
  tools: SystemTools,
  commands: readonly (readonly [string, ...string[]])[],
): Promise<Done> {
  for (const [program, ...args] of commands) {
    const done = outcomeOf(`${program} ${args[0] ?? ''}`.trim(), await tools.run(program, args));
    if (!done.ok) return done;
  }
  return ok(undefined);
}

export function outcomeOf(what: string, { code, output, errors }: CommandEnd): Result<void, ServiceProblem> {
  if (code === 0) return ok(undefined);
  const said = (errors.trim() || output.trim()).split('\n').slice(-3).join(' ');
  return err({ kind: 'failed', text: said === '' ? `${what} ended with ${code}` : `${what}: ${said}` });
}

/** A folder that holds nothing but what a mail server keeps: removing it takes nothing else along. */
export async function removeData(tools: SystemTools, dataFolder: string): Promise<Done> {
  if (!(await tools.exists(`${dataFolder}/postroom.db`)))
    return err({
      kind: 'unusable',
      text: `${dataFolder} holds no Postroom data; it was left as it is`,
    });
  await tools.remove(dataFolder);
  return ok(undefined);
}

/** Who may change services, on Unix. */
export async function isRoot(tools: SystemTools): Promise<boolean> {
  return (await tools.run('id', ['-u'])).output.trim() === '0';
}

/**
 * `postroom service …`: Postroom as a service of the system, with nobody logged in.
 *
 * Invariants: exit 0: done, or it runs; 2: nothing was changed, one line says why, with the command that an administrator can give;
 * `status` ends with 3 where it does not run and 4 where it is not installed, as systemctl does. Data is kept unless told otherwise.
 */
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { err, ok, type Result } from '../base/result.ts';
import { openSystemService, thisMachine } from '../host/system-service/open-system-service.ts';
import type {
  ServicePlan,
  ServiceProblem,
  ServiceStatus,
  SystemService,
} from '../host/system-service/port.ts';
import { moveData } from '../host/system-service/move-data.ts';
import { pasteable } from '../host/system-service/pasteable.ts';
import { readWrapperSource, thisProgram } from './package-facts.ts';
import { EXIT_NOT_INSTALLED, EXIT_STOPPED } from './exit-codes.ts';
import { parseServiceCommand, planOf, type InstallWishes, type ServiceCommand } from './service-plan.ts';

export const SERVICE_USAGE = `       postroom service install [--data DIR | --move-data DIR] [--user NAME] [--writable DIR]… [--print]
                        [--passphrase-file FILE | --passphrase-credential FILE] [other options of serve]
       postroom service start | stop | restart | status [--json] | logs [-f] [-n LINES]
       postroom service uninstall [--remove-data | --keep-data]
       runs it with nobody logged in; installing again takes the program that is here and keeps what was chosen before`;

/** The exit code, or a sentence where nothing was begun. */
export async function runServiceCommand(args: readonly string[]): Promise<Result<number, string>> {
  const command = parseServiceCommand(args.slice(1));
  if (!command.ok) return command;
  const service = openSystemService(thisMachine(readWrapperSource));
  if (service === null)
    return err('there is no service manager here that Postroom knows (systemd, launchd, Windows services)');
  const done = await carryOut(service, command.value);
  return done.ok ? done : err(sentence(done.error, args));
}

function carryOut(service: SystemService, command: ServiceCommand): Promise<Result<number, ServiceProblem>> {
  switch (command.name) {
    case 'install':
      return install(service, command.wishes);
    case 'start':
    case 'stop':
    case 'restart':
      return exitZero(service[command.name]());
    case 'status':
      return showStatus(service, command.asJson);
    case 'logs':
      return showLogs(service, command);
    case 'uninstall':
      return uninstall(service, command.removesData);
  }
}

async function install(
  service: SystemService,
  wishes: InstallWishes,
): Promise<Result<number, ServiceProblem>> {
  const before = await service.status();
  const earlier = before.kind === 'installed' ? before.installed : null;
  const plan = planOf(wishes, { earlier, service, program: thisProgram() });
  if (!plan.ok) return err({ kind: 'unusable', text: plan.error });
  const unread = missingFile(plan.value);
  if (unread !== null) return err({ kind: 'unusable', text: `cannot read ${unread}` });
  if (wishes.printsOnly) {
    process.stdout.write(service.describe(plan.value));
    return ok(0);
  }
  const moved = await takeData(service, wishes, plan.value);
  if (!moved.ok) return moved;
  const installed = await service.install(plan.value);
  if (!installed.ok) return installed;
  const runs = before.kind === 'installed' && before.state === 'running';
  const started = await (runs ? service.restart() : service.start());
  if (!started.ok) return started;
  console.log(describeStatus(await service.status(), service));
  return ok(0);
}

/** The manager would only say that something failed. */
function missingFile({ provisionFile, passphraseFile }: ServicePlan): string | null {
  const files = [provisionFile, passphraseFile?.path ?? null];
  return files.find((path) => path !== null && !existsSync(path)) ?? null;
}

/** Only with the rights for the rest, so that a refusal finds everything where it was. */
async function takeData(
  service: SystemService,
  { moveData: from }: InstallWishes,
  { dataFolder }: ServicePlan,
): Promise<Result<void, ServiceProblem>> {
  if (from === null || !(await service.mayAdminister())) return ok(undefined);
  const moved = await moveData(from, dataFolder);
  if (!moved.ok) return err({ kind: 'unusable', text: moved.error });
  console.log(`the data was moved from ${from} to ${dataFolder}`);
  return ok(undefined);
}

async function showStatus(service: SystemService, asJson: boolean): Promise<Result<number, ServiceProblem>> {
  const status = await service.status();
  console.log(asJson ? JSON.stringify(status) : describeStatus(status, service));
  if (status.kind === 'notInstalled') return ok(EXIT_NOT_INSTALLED);
  return ok(status.state === 'running' ? 0 : EXIT_STOPPED);
}

async function showLogs(
  service: SystemService,
  { lines, follows }: Extract<ServiceCommand, { name: 'logs' }>,
): Promise<Result<number, ServiceProblem>> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  for await (const line of service.logs({ lines, follows, signal: stop.signal })) console.log(line);
  return ok(0);
}

async function uninstall(
  service: SystemService,
  asked: boolean | null,
): Promise<Result<number, ServiceProblem>> {
  const status = await service.status();
  const folder = status.kind === 'installed' ? (status.installed?.dataFolder ?? null) : null;
  const removesData = asked ?? (folder !== null && (await mayRemove(service, folder)));
  const gone = await service.uninstall({ removesData });
  if (!gone.ok) return gone;
  const rest = folder === null || removesData ? '' : `; the mail is still in ${folder}`;
  console.log(`the service is gone${rest}`);
  return ok(0);
}

/** Asked only of somebody who can answer and whose answer would count. */
async function mayRemove(service: SystemService, folder: string): Promise<boolean> {
  if (!process.stdin.isTTY || !(await service.mayAdminister())) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Remove all mail and settings in ${folder} as well? [y/N] `);
  terminal.close();
  return /^y(?:es)?$/iu.test(answer.trim());
}

async function exitZero(
  done: Promise<Result<void, ServiceProblem>>,
): Promise<Result<number, ServiceProblem>> {
  const outcome = await done;
  return outcome.ok ? ok(0) : outcome;
}

export function describeStatus(status: ServiceStatus, { manager }: Pick<SystemService, 'manager'>): string {
  if (status.kind === 'notInstalled') return `Postroom is not installed as a service (${manager})`;
  const since = status.since === null ? '' : ` since ${new Date(status.since).toISOString()}`;
  const pid = status.pid === null ? '' : `, process ${String(status.pid)}`;
  const boot = status.startsAtBoot ? 'starts at boot' : 'does not start at boot';
  const lines = [`Postroom: ${status.state}${since}${pid}, ${boot} (${manager})`];
  if (status.detail !== null) lines.push(`last end: ${status.detail}`);
  const { installed } = status;
  if (installed !== null)
    lines.push(
      `data ${installed.dataFolder}, console http://${installed.console}/, runs as ${installed.account}`,
      `program ${installed.program.join(' ')} (${installed.version})`,
    );
  return lines.join('\n');
}

function sentence({ kind, text }: ServiceProblem, args: readonly string[]): string {
  return kind === 'noRights' ? `${text}: ${pasteable([...thisProgram(), ...args], process.platform)}` : text;
}

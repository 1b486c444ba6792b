/**
 * Runs the service shell: reads the options, starts the host and the console, says READY, stops on SIGTERM.
 *
 * Invariants: standard output carries the READY line and nothing else; what is unusable is one line on standard error
 * and exit 2, with nothing changed; SIGTERM ends with exit 0.
 */
import type { Result } from '../base/result.ts';
import type { ShellControl } from '../host/running-desk.ts';
import { systemClock } from '../host/system-clock.ts';
import type { Logger } from '../base/logger.ts';
import { createLogger } from '../observe/pino-logger.ts';
import { BACKUP_USAGE, BACKUP_VERBS, parseBackupTask, runBackupTask } from './backup-task.ts';
import { EXPORT_SETUP_USAGE, runExportSetup } from './export-setup-task.ts';
import { describeUnusualPorts, openInBrowser } from './greeting.ts';
import { parseOptions, USAGE, type ServiceOptions } from './options.ts';
import { endWithParent } from './own-node.ts';
import { MOVE_IN_USAGE, runMoveIn } from './move-in-task.ts';
import { OUTSIDE_HELPER_USAGE, runOutsideHelper } from './outside-helper.ts';
import { notifySystemd, onInputEnd, tellReady } from './managed.ts';
import { ROLLBACK_USAGE, runRollback } from './rollback-task.ts';
import { runServiceCommand, SERVICE_USAGE } from './service-command.ts';
import { parseTask, runTask, TASK_USAGE, TASK_VERBS } from './tasks.ts';
import { EXIT_RESTART } from '../host/system-service/port.ts';
import { EXIT_FAILED, EXIT_UNUSABLE } from './exit-codes.ts';
import { createServiceShell } from './service-shell.ts';
import { startService, UnusableError, type RunningService } from './run-service.ts';

/** What `postroom VERB …` runs besides the server: the exit code, or a sentence where nothing was begun. */
interface Command {
  readonly verbs: readonly string[];
  readonly usage: string;
  readonly run: (args: readonly string[]) => Promise<Result<number, string>>;
}

const COMMANDS: readonly Command[] = [
  { verbs: TASK_VERBS, usage: TASK_USAGE, run: runTaskLine },
  { verbs: BACKUP_VERBS, usage: BACKUP_USAGE, run: runBackupLine },
  { verbs: ['service'], usage: SERVICE_USAGE, run: runServiceCommand },
  { verbs: ['export-setup'], usage: EXPORT_SETUP_USAGE, run: runExportSetup },
  { verbs: ['move-in'], usage: MOVE_IN_USAGE, run: runMoveIn },
  { verbs: ['rollback'], usage: ROLLBACK_USAGE, run: (args) => runRollback(args, systemClock.now()) },
  { verbs: ['outside-helper'], usage: OUTSIDE_HELPER_USAGE, run: runOutsideHelper },
];

/** Every command, as `--help` shows it. */
export function describeUsage(): string {
  return [`${USAGE}\n`, ...COMMANDS.map(({ usage }) => usage)].join('\n');
}

export async function runCommandLine(args: readonly string[]): Promise<void> {
  endWithParent();
  if (args.includes('--help') || args.includes('-h')) return console.log(describeUsage());
  const command = COMMANDS.find(({ verbs }) => verbs.includes(args[0] ?? ''));
  if (command !== undefined) return endWith(await command.run(args));
  const options = parseOptions(args);
  if (!options.ok) return exitUnusable(options.error);
  await run(options.value);
}

async function runTaskLine(args: readonly string[]): Promise<Result<number, string>> {
  const task = parseTask(args);
  return task.ok ? runTask(task.value) : task;
}

async function runBackupLine(args: readonly string[]): Promise<Result<number, string>> {
  const task = parseBackupTask(args);
  return task.ok ? runBackupTask(task.value) : task;
}

function endWith(outcome: Result<number, string>): void {
  if (!outcome.ok) return exitUnusable(outcome.error);
  process.exit(outcome.value);
}

async function run(options: ServiceOptions): Promise<void> {
  const logger = createLogger(options.logLevel);
  try {
    const end = Promise.withResolvers<number>();
    const ends = { forRestart: () => end.resolve(EXIT_RESTART), forGood: () => end.resolve(0) };
    const shell = createServiceShell(options, ends, systemClock.now());
    const service = await startRestarting(options, { logger, shell });
    stopWhenAsked(service, end);
    onInputEnd(options.managedBy, ends.forGood);
    console.log(`READY ${JSON.stringify({ listeners: service.ports, console: service.consoleUrl })}`);
    tellReady(
      { ...options, environment: process.env, notify: notifySystemd },
      `console at ${service.consoleUrl}`,
    );
    tellSetupToken(service);
    if (options.command === 'start') greet(service);
  } catch (error) {
    if (error instanceof UnusableError) return exitUnusable(error.message);
    logger.error('cannot start', { error });
    process.exit(EXIT_FAILED);
  }
}

/** The service, or the one that took its place when a restore asked for it: on the same ports, with the same options. */
async function startRestarting(
  options: ServiceOptions,
  { logger, shell }: { readonly logger: Logger; readonly shell: ShellControl },
): Promise<RunningService> {
  let service: Promise<RunningService>;
  const restart = (): void => {
    const before = service;
    service = before.then(async (running) => {
      await running.stop();
      return startService(fixPorts(options, running), logger, { shell, restart });
    });
    service.catch((error: unknown) => {
      logger.error('cannot start anew', { error });
      process.exit(EXIT_FAILED);
    });
  };
  service = startService(options, logger, { shell, restart });
  const first = await service;
  return { ...first, stop: async () => (await service).stop() };
}

/** Where any free port was asked for, it stays the one that was found. */
function fixPorts(options: ServiceOptions, { ports, consoleUrl }: RunningService): ServiceOptions {
  const { address } = options.console;
  const port = Number(new URL(consoleUrl).port);
  return { ...options, ports: { ...options.ports, ...ports }, console: { address, port } };
}

function greet(service: RunningService): void {
  for (const line of describeUnusualPorts(service.host.listeners(), process.platform))
    console.error(`postroom: ${line}`);
  console.error(`postroom: open ${service.consoleUrl} to see it; Ctrl+C stops it`);
  openInBrowser(service.consoleUrl);
}

/** A log keeps no secret: there only the file is named. */
function tellSetupToken({ host: { setupToken } }: RunningService): void {
  if (setupToken === null) return;
  const shown = process.stderr.isTTY ? ` ${setupToken.text}` : '';
  console.error(`postroom: to begin from another machine, the token${shown} is in ${setupToken.path}`);
}

function stopWhenAsked(service: RunningService, end: PromiseWithResolvers<number>): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end.resolve(0));
  end.promise
    .then(async (code) => {
      await service.stop();
      process.exit(code);
    })
    .catch((error: unknown) => {
      console.error('postroom: stopped with an error:', error);
      process.exit(EXIT_FAILED);
    });
}

function exitUnusable(sentence: string): void {
  console.error(`postroom: ${sentence}`);
  process.exit(EXIT_UNUSABLE);
}

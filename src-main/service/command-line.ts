/**
 * Runs the service shell: reads the options, starts the host and the console, says READY, stops on SIGTERM.
 *
 * Invariants: standard output carries the READY line and nothing else; what is unusable is one line on standard error
 * and exit 2, with nothing changed; SIGTERM ends with exit 0.
 */
import type { Logger } from '../base/logger.ts';
import { createLogger } from '../observe/pino-logger.ts';
import { BACKUP_USAGE, isBackupTask, parseBackupTask, runBackupTask } from './backup-task.ts';
import { describeUnusualPorts, openInBrowser } from './greeting.ts';
import { parseOptions, USAGE, type ServiceOptions } from './options.ts';
import { endWithParent } from './own-node.ts';
import { isOutsideHelper, OUTSIDE_HELPER_USAGE, runOutsideHelper } from './outside-helper.ts';
import { isTask, parseTask, runTask, TASK_USAGE } from './tasks.ts';
import { startService, UnusableError, type RunningService } from './run-service.ts';

const EXIT_UNUSABLE = 2;
const EXIT_FAILED = 1;

export async function runCommandLine(args: readonly string[]): Promise<void> {
  endWithParent();
  if (args.includes('--help') || args.includes('-h'))
    return console.log(`${USAGE}\n\n${TASK_USAGE}\n${BACKUP_USAGE}\n${OUTSIDE_HELPER_USAGE}`);
  if (isTask(args)) return runTaskLine(args);
  if (isBackupTask(args)) return runBackupLine(args);
  if (isOutsideHelper(args)) return runHelperLine(args);
  const options = parseOptions(args);
  if (!options.ok) return exitUnusable(options.error);
  await run(options.value);
}

async function runTaskLine(args: readonly string[]): Promise<void> {
  const task = parseTask(args);
  if (!task.ok) return exitUnusable(task.error);
  const outcome = await runTask(task.value);
  if (!outcome.ok) return exitUnusable(outcome.error);
  process.exit(outcome.value);
}

async function runBackupLine(args: readonly string[]): Promise<void> {
  const task = parseBackupTask(args);
  if (!task.ok) return exitUnusable(task.error);
  const outcome = await runBackupTask(task.value);
  if (!outcome.ok) return exitUnusable(outcome.error);
  process.exit(outcome.value);
}

async function runHelperLine(args: readonly string[]): Promise<void> {
  const outcome = await runOutsideHelper(args);
  if (!outcome.ok) return exitUnusable(outcome.error);
  process.exit(0);
}

async function run(options: ServiceOptions): Promise<void> {
  const logger = createLogger(options.logLevel);
  try {
    const service = await startRestarting(options, logger);
    stopOnSignal(service);
    console.log(`READY ${JSON.stringify({ listeners: service.ports, console: service.consoleUrl })}`);
    tellSetupToken(service);
    if (options.command === 'start') greet(service);
  } catch (error) {
    if (error instanceof UnusableError) return exitUnusable(error.message);
    logger.error('cannot start', { error });
    process.exit(EXIT_FAILED);
  }
}

/** The service, or the one that took its place when a restore asked for it: on the same ports, with the same options. */
async function startRestarting(options: ServiceOptions, logger: Logger): Promise<RunningService> {
  let service: Promise<RunningService>;
  const restart = (): void => {
    const before = service;
    service = before.then(async (running) => {
      await running.stop();
      return startService(fixPorts(options, running), logger, { restart });
    });
    service.catch((error: unknown) => {
      logger.error('cannot start anew', { error });
      process.exit(EXIT_FAILED);
    });
  };
  service = startService(options, logger, { restart });
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

function stopOnSignal(service: RunningService): void {
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('postroom: stopped with an error:', error);
        process.exit(EXIT_FAILED);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function exitUnusable(sentence: string): void {
  console.error(`postroom: ${sentence}`);
  process.exit(EXIT_UNUSABLE);
}

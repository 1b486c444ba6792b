/** Starts host and console as the options say; what is unusable becomes an UnusableError with one sentence. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { CertificateFileError, checkFiles } from '../host/certificates/certificate-files.ts';
import { createMailHost, type MailHost } from '../host/create-mail-host.ts';
import { ProvisionProblem } from '../host/provision/provision-host.ts';
import { leaveConsoleNotice } from '../host/console-notice.ts';
import { ListenError } from '../host/listener-set.ts';
import { createPooledRandom } from '../host/pooled-random.ts';
import { ProvisionError } from '../host/provision/expect-ok.ts';
import { parseProvision, type Provision } from '../host/provision/schema.ts';
import { systemClock } from '../host/system-clock.ts';
import { FolderInUseError } from '../storage/folder-lock.ts';
import { NewerDatabaseError } from '../storage/migrations/index.ts';
import { KeyProblem, type KeyPlace } from '../storage/sealing/key-place.ts';
import { createConsoleServer, type ConsoleServer } from './http/console-server.ts';
import { openKeyPlace } from './key-options.ts';
import type { ServiceOptions } from './options.ts';
import type { ShellControl } from '../host/running-desk.ts';
import { pageFolder, VERSION } from './package-facts.ts';

/** An option, file, folder or port cannot be used; the message names it. */
export class UnusableError extends Error {
  override name = 'UnusableError' as const;
}

export interface RunningService {
  /** Port per listener that listens. */
  readonly ports: Readonly<Record<string, number>>;
  readonly consoleUrl: string;
  readonly host: MailHost;
  stop(): Promise<void>;
}

/** A killed process lets go of its ports and its lock within this time. */
const PREDECESSOR_WAIT_MS = 1_000;
const PREDECESSOR_POLL_MS = 100;
/** How many console ports above the wanted one are tried by `start`. */
const MOST_CONSOLE_PORTS_TRIED = 100;

const randomBytes = createPooledRandom();

export interface StartWishes {
  readonly clock?: Clock;
  readonly shell?: ShellControl;
  /** Stops the host and starts another one with the same options. */
  readonly restart?: () => void;
}

export async function startService(
  options: ServiceOptions,
  logger: Logger,
  { clock = systemClock, shell, restart }: StartWishes = {},
): Promise<RunningService> {
  const provision = await readProvision(options.provisionFile);
  const keyPlace = await findKey(options, provision);
  if (options.command === 'serve') await checkConsolePort(options.console);
  const host = await startHost(options, () =>
    createMailHost({
      dataFolder: options.dataFolder,
      version: VERSION,
      bind: options.bind,
      ports: options.ports,
      whenPortUnavailable: options.command === 'start' ? 'takeHighPort' : 'fail',
      provision,
      keyPlace,
      defaultHostname: hostname(),
      ...(shell !== undefined && { shell }),
      clock,
      randomBytes,
      logger,
      ...(restart !== undefined && { restart }),
    }),
  );
  try {
    const { server, url } = await startConsole(host, options, logger);
    const takeAway = await leaveConsoleNotice(options.dataFolder, url);
    const stop = async () => {
      await takeAway();
      await stopAll(host, server);
    };
    return { ports: portsOf(host), consoleUrl: url, host, stop };
  } catch (error) {
    await host.stop();
    throw error;
  }
}

async function findKey({ key, dataFolder }: ServiceOptions, provision: Provision | null): Promise<KeyPlace> {
  const named = provision?.encryption?.keyFile;
  const keyFile = key.keyFile ?? (named === undefined ? null : resolve(named));
  try {
    return await openKeyPlace({ ...key, keyFile }, dataFolder);
  } catch (error) {
    if (error instanceof KeyProblem) throw new UnusableError(error.message);
    throw error;
  }
}

async function readProvision(path: string | null): Promise<Provision | null> {
  if (path === null) return null;
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UnusableError(`cannot read the provision file ${path}: ${error.message}`);
  });
  const provision = parseProvision(text);
  if (!provision.ok) throw new UnusableError(`provision file ${path}: ${provision.error}`);
  if (provision.value.tls === undefined) return provision.value;
  try {
    for (const files of provision.value.tls) await checkFiles(files);
  } catch (error) {
    if (error instanceof CertificateFileError)
      throw new UnusableError(`provision file ${path}: tls: ${error.message}`);
    throw error;
  }
  return provision.value;
}

/** A port that cannot be had shows here, before the host has touched anything. */
function checkConsolePort({ address, port }: ServiceOptions['console']): Promise<void> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', (error) => {
      reject(new UnusableError(`cannot serve the console at ${address}:${port}: ${error.message}`));
    });
    probe.listen(port, address, () => probe.close(() => resolve()));
  });
}

/** Starts a host; what a predecessor that was just killed still holds is waited for, briefly. */
async function startHost(options: ServiceOptions, create: () => MailHost): Promise<MailHost> {
  for (let waitedMs = 0; ; waitedMs += PREDECESSOR_POLL_MS) {
    const host = create();
    try {
      await host.start();
      return host;
    } catch (error) {
      const isHeld = error instanceof ListenError || error instanceof FolderInUseError;
      if (!isHeld || waitedMs >= PREDECESSOR_WAIT_MS) {
        const sentence = describeStartFailure(error, options);
        throw sentence === null ? error : new UnusableError(sentence, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, PREDECESSOR_POLL_MS));
    }
  }
}

function describeStartFailure(error: unknown, options: ServiceOptions): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ListenError || error instanceof NewerDatabaseError) return error.message;
  if (error instanceof FolderInUseError || error instanceof KeyProblem) return error.message;
  if (error instanceof CertificateFileError) return error.message;
  if (error instanceof ProvisionProblem || error instanceof ProvisionError) {
    return `provision file ${options.provisionFile}: ${error.message}`;
  }
  const isFileProblem = 'code' in error && /^(?:E[A-Z]+|SQLITE_.*)$/u.test(String(error.code));
  return isFileProblem ? `cannot use the data folder ${options.dataFolder}: ${error.message}` : null;
}

async function startConsole(
  host: MailHost,
  options: ServiceOptions,
  logger: Logger,
): Promise<{ server: ConsoleServer; url: string }> {
  const { address, port } = options.console;
  const tries = options.command === 'start' && port !== 0 ? MOST_CONSOLE_PORTS_TRIED : 1;
  let failure: Error | undefined;
  for (let tried = 0; tried < tries; tried++) {
    const server = createConsoleServer({
      router: host.router,
      access: host.access,
      version: VERSION,
      staticRoot: pageFolder(),
      bind: address,
      port: port + tried,
      release: host.release,
      hostnames: () => host.consoleNames(),
      clock: systemClock,
      randomBytes,
      logger,
    });
    try {
      return { server, url: (await server.start()).url };
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
    }
  }
  throw new UnusableError(`cannot serve the console at ${address}:${port}: ${failure?.message}`);
}

function portsOf(host: MailHost): Record<string, number> {
  const open = host.listeners().flatMap(({ name, port }) => (port === null ? [] : [[name, port] as const]));
  return Object.fromEntries(open);
}

async function stopAll(host: MailHost, console: ConsoleServer): Promise<void> {
  await Promise.all([host.stop(), console.stop()]);
}

/** A Postroom service as a process of its own, as scripts and service managers run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { secretsIn, secretsInFolder } from './secrets.ts';

const PROJECT_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
export const SERVICE_FILE = join(PROJECT_FOLDER, 'out/main/service.js');
const READY_TIMEOUT_MS = 30_000;

export const ALL_FREE_PORTS = 'smtp=0,submission=0,submissions=0,pop3=0,pop3s=0,imap=0,imaps=0,managesieve=0';

/** Two people, one alias, an administrator; passwords in the clear for legacy clients of the tests. */
export const OFFICE = {
  hostname: 'mail.server1.com',
  admin: { name: 'admin', password: 'correct horse battery' },
  domains: [
    {
      name: 'server1.com',
      accounts: [
        { localPart: 'tom', password: 'tom-password', name: 'Tom' },
        { localPart: 'anna', password: 'anna-password', name: 'Anna' },
      ],
      aliases: [{ localPart: 'sales', to: ['tom@server1.com', 'anna@server1.com'] }],
    },
  ],
  security: { allowCleartextAuth: true },
};

/** None of them may be in anything that a service of the tests writes. */
const OFFICE_PASSWORDS = ['tom-password', 'anna-password', OFFICE.admin.password];

function insistOnNone(place: string, found: readonly string[]): void {
  if (found.length > 0) throw new Error(`passwords in ${place}: ${found.join('; ')}`);
}

export interface Ready {
  readonly listeners: Readonly<Record<string, number>>;
  readonly console: string;
}

export class ServiceProcess {
  readonly ready: Ready;
  readonly process: ChildProcess;
  readonly #log: string[];

  constructor(process: ChildProcess, ready: Ready, log: string[]) {
    this.process = process;
    this.ready = ready;
    this.#log = log;
  }

  get log(): string {
    return this.#log.join('');
  }

  port(name: string): number {
    const port = this.ready.listeners[name];
    if (port === undefined) throw new Error(`${name} does not listen`);
    return port;
  }

  /** Resolves with the exit code, or the signal's name. */
  ended(): Promise<number | string> {
    return exitOf(this.process);
  }

  /** Sends the signal and waits for the end; answers the exit code, or the signal's name. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string> {
    const ended = exitOf(this.process);
    this.process.kill(signal);
    const code = await ended;
    insistOnNone('the log', secretsIn(this.log, OFFICE_PASSWORDS));
    return code;
  }
}

function exitOf(child: ChildProcess): Promise<number | string> {
  const ended = child.exitCode ?? child.signalCode;
  if (ended !== null) return Promise.resolve(ended);
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 1)));
}

/** A data folder and a provision file that go away with `remove()`. */
export async function makeWorkFolder(provision: unknown = OFFICE) {
  const folder = await mkdtemp(join(tmpdir(), 'postroom-service-'));
  const provisionFile = join(folder, 'provision.json');
  await writeFile(provisionFile, JSON.stringify(provision));
  return {
    data: join(folder, 'data'),
    provisionFile,
    path: (name: string) => join(folder, name),
    remove: async () => {
      const found = await secretsInFolder(join(folder, 'data'), OFFICE_PASSWORDS);
      await rm(folder, { recursive: true, force: true });
      insistOnNone('the data folder', found);
    },
  };
}

/** Runs the service to its end; for what must be refused. */
export async function runService(
  args: readonly string[],
  { env }: Surroundings = {},
): Promise<{ code: number | string; output: string; log: string }> {
  const child = spawn(process.execPath, [SERVICE_FILE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const output: string[] = [];
  const log: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  const code = await exitOf(child);
  return { code, output: output.join(''), log: log.join('') };
}

/** What a service is run in. */
export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  /** A command that runs it: `strace`, `prlimit` … with their arguments. */
  readonly runner?: readonly string[];
  /** The service.js of another version. */
  readonly serviceFile?: string;
}

/** Starts the service and waits for its READY line. */
export function startService(
  args: readonly string[],
  command: 'serve' | 'start' = 'serve',
  around: Surroundings = {},
): Promise<ServiceProcess> {
  const [program = process.execPath, ...before] = [...(around.runner ?? []), process.execPath];
  const child = spawn(program, [...before, around.serviceFile ?? SERVICE_FILE, command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...around.env },
  });
  const log: string[] = [];
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${reason}\n${log.join('')}`));
    const timer = setTimeout(() => fail('no READY line in time'), READY_TIMEOUT_MS);
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    child.once('exit', (code) => fail(`the service ended with ${code}`));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const ready = /^READY (.*)\n/mu.exec(output)?.[1];
      if (ready === undefined) return;
      clearTimeout(timer);
      resolve(new ServiceProcess(child, JSON.parse(ready) as Ready, log));
    });
  });
}

/** The service with the office above on free loopback ports. */
export function startOffice(folder: WorkFolder, around: Surroundings = {}): Promise<ServiceProcess> {
  return startService(officeArguments(folder), 'serve', around);
}

/** Starts that service and kills it at a moment, whether it is ready by then or not. */
export async function startOfficeAndKill(folder: WorkFolder, moment: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, [SERVICE_FILE, 'serve', ...officeArguments(folder)], {
    stdio: 'ignore',
  });
  const ended = exitOf(child);
  await moment();
  child.kill('SIGKILL');
  await ended;
}

export type WorkFolder = { readonly data: string; readonly provisionFile?: string };

function officeArguments({ data, provisionFile }: WorkFolder): readonly string[] {
  const folder = ['--data', data, ...(provisionFile === undefined ? [] : ['--provision', provisionFile])];
  const places = ['--bind', '127.0.0.1', '--ports', ALL_FREE_PORTS, '--console', '127.0.0.1:0'];
  return [...folder, ...places, '--log-level', 'warn'];
}

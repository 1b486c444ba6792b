/**
 * System tools: how service managers are reached: commands and files, as data, so that tests stand in for a whole system.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface CommandEnd {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface SystemTools {
  /** Without a shell. A program that does not exist ends with 127. */
  run(program: string, args: readonly string[]): Promise<CommandEnd>;
  /** Lines of standard output as they come; ends with the program, or with the signal. */
  follow(program: string, args: readonly string[], signal: AbortSignal): AsyncIterable<string>;
  /** null: there is none. */
  readFile(path: string): Promise<string | null>;
  /** Makes the folders above, readable for everybody; `mode` is the file's. */
  writeFile(path: string, text: string, mode?: number): Promise<void>;
  /** A file or a folder with all in it; nothing where there is none. */
  remove(path: string): Promise<void>;
  /** Only an empty folder. */
  removeFolder(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** With the folders above; what is there already keeps its mode. */
  makeFolder(path: string, mode: number): Promise<void>;
  /** Milliseconds. */
  wait(ms: number): Promise<void>;
}

const EXIT_NOT_FOUND = 127;
const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;

export const systemTools: SystemTools = {
  run: runCommand,
  follow: followCommand,
  readFile: (path) => readFile(path, 'utf8').catch(() => null),
  writeFile: async (path, text, mode = FILE_MODE) => {
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await writeFile(path, text, { mode });
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
  removeFolder: (path) => rmdir(path).catch(() => undefined),
  exists: (path) =>
    stat(path).then(
      () => true,
      () => false,
    ),
  makeFolder: async (path, mode) => void (await mkdir(path, { recursive: true, mode })),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

function runCommand(program: string, args: readonly string[]): Promise<CommandEnd> {
  return new Promise((resolve) => {
    // What they say is read, so they are to say it in one language.
    const env = { ...process.env, LC_ALL: 'C' };
    const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'], env, windowsHide: true });
    const texts = { output: '', errors: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (texts.output += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (texts.errors += chunk));
    child.once('error', (error) => resolve({ code: EXIT_NOT_FOUND, output: '', errors: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, ...texts }));
  });
}

async function* followCommand(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): AsyncIterable<string> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'inherit'], windowsHide: true });
  child.once('error', () => undefined);
  const end = (): void => void child.kill();
  signal.addEventListener('abort', end, { once: true });
  try {
    yield* createInterface({ input: child.stdout });
  } finally {
    signal.removeEventListener('abort', end);
    child.kill();
  }
}

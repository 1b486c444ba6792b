/** Runs one command of a script, showing its output; answers its exit code. */
import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The folder to run it in. */
  readonly cwd?: string;
  /** Where the command's standard output goes; standard error where ours belongs to somebody else. */
  readonly output?: 'inherit' | 'standardError';
}

const STANDARD_ERROR = 2;

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
  const output = options.output === 'standardError' ? STANDARD_ERROR : 'inherit';
  const child = spawn(command, args, {
    stdio: ['ignore', output, 'inherit'],
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    shell: process.platform === 'win32',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

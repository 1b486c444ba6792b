/** Mail programs that others wrote, run as their users run them. */
import { spawn } from 'node:child_process';

export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

const CLIENT_TIMEOUT_MS = 60_000;

/** Runs a program to its end; standard output and error together. */
export function runClient(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: CLIENT_TIMEOUT_MS,
    env: { ...process.env, ...options.env },
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat(output).toString() }));
  });
}

export interface Mailbox {
  readonly user: string;
  readonly password: string;
}

/** swaks, over submission with STARTTLS. */
export function submitWithSwaks(
  port: number,
  from: Mailbox,
  message: { to: string; subject: string; body?: string; server?: string },
): Promise<Ran> {
  const signIn = ['--auth', 'PLAIN', '--auth-user', from.user, '--auth-password', from.password];
  const envelope = ['--from', from.user, '--to', message.to, '--h-Subject', message.subject];
  const body = ['--body', message.body ?? 'Good morning.'];
  return runClient('swaks', [
    '--server',
    `${message.server ?? '127.0.0.1'}:${port}`,
    '--tls',
    ...signIn,
    ...envelope,
    ...body,
  ]);
}

/** curl, on an imaps or pop3s address; the certificate is self-signed. */
export function readWithCurl(url: string, mailbox: Mailbox, more: readonly string[] = []): Promise<Ran> {
  return runClient('curl', ['-sS', '-k', '--user', `${mailbox.user}:${mailbox.password}`, ...more, url]);
}

/** A script for Python's own mail libraries; arguments are in sys.argv. */
export function runPython(script: string, args: readonly string[]): Promise<Ran> {
  return runClient('python3', ['-c', script, ...args]);
}

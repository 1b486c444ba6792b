/**
 * Tasks: `postroom export`, `import`, `doctor` and `administrator`: they do one thing on a stopped data folder and end.
 *
 * Invariants: what was done goes to standard output, progress to standard error; exit 0: all is well, 1: something is left
 * (messages that could not be read, findings not repaired), 2: nothing was begun. Ctrl+C stops where it can be resumed.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import {
  examineOffline,
  exportOffline,
  importOffline,
  pullOffline,
  readmitOffline,
  type TransferOptions,
  type TransferReport,
} from '../host/offline-tasks.ts';
import { keyOptions, type KeyOptions } from './key-options.ts';
import { openOffline } from './open-offline.ts';
import { isServerUrl, parseServerUrl, type ServerAddress } from './server-url.ts';

export const TASK_USAGE = `       postroom export ADDRESS PATH [--format mbox|maildir|eml|zip] [--data DIR]
       postroom import ADDRESS PATH [--format mbox|maildir|eml|zip] [--mbox mboxrd|mboxo|mboxcl|mboxcl2] [--data DIR]
       postroom import ADDRESS imaps://USER@HOST[:PORT] --password-file FILE [--any-certificate] [--data DIR]
       postroom doctor [--repair] [--data DIR]
       postroom administrator NAME [--password-file FILE] [--without-second-factor] [--data DIR]
       these work on a data folder whose Postroom is stopped; where its data is encrypted they take
       --key-file and --passphrase-file as serve does`;

const FORMATS = ['mbox', 'maildir', 'eml', 'zip'] as const;
const VARIANTS = ['mboxrd', 'mboxo', 'mboxcl', 'mboxcl2'] as const;

type Format = (typeof FORMATS)[number];

export type Task = NamedTask & { readonly key: KeyOptions };

type TransferTask = Extract<Task, { name: 'export' | 'import' | 'pull' }>;

type NamedTask =
  | {
      readonly name: 'export';
      readonly data: string;
      readonly account: string;
      readonly path: string;
      readonly format: Format;
    }
  | {
      readonly name: 'import';
      readonly data: string;
      readonly account: string;
      readonly path: string;
      readonly format: Format | null;
      readonly mboxVariant: (typeof VARIANTS)[number] | 'auto';
    }
  | {
      readonly name: 'pull';
      readonly data: string;
      readonly account: string;
      readonly server: ServerAddress;
      readonly passwordFile: string;
      readonly mustVerify: boolean;
    }
  | { readonly name: 'doctor'; readonly data: string; readonly isRepairing: boolean }
  | {
      readonly name: 'administrator';
      readonly data: string;
      readonly administrator: string;
      readonly passwordFile: string | null;
      readonly withoutSecondFactor: boolean;
    };

export const TASK_VERBS = ['export', 'import', 'doctor', 'administrator'];

/** The task, or a sentence that names what is unusable. */
export function parseTask(args: readonly string[]): Result<Task, string> {
  const read = readArguments(args);
  if (!read.ok) return read;
  const task = parseNamed(read.value);
  return task.ok ? ok({ ...task.value, key: keyOptions(read.value.values) }) : task;
}

function parseNamed({ values, positionals }: Arguments): Result<NamedTask, string> {
  const [name, account, path, ...extra] = positionals;
  const data = resolve(values.data ?? defaultDataFolder());
  if (name === 'doctor') {
    if (account !== undefined) return err(`${account}: not understood`);
    return ok({ name, data, isRepairing: values.repair === true });
  }
  if (name === 'administrator') return parseReadmission({ data, name: account, extra: path }, values);
  if (account === undefined || path === undefined) return err(`${name} needs an address and a path`);
  if (extra.length > 0) return err(`${extra[0]}: not understood`);
  if (name === 'import' && isServerUrl(path)) return parsePull({ data, account, url: path }, values);
  const format = FORMATS.find((each) => each === values.format);
  if (values.format !== undefined && format === undefined)
    return err(`--format ${values.format}: not one of ${FORMATS.join(', ')}`);
  const common = { data, account, path: resolve(path) };
  if (name === 'export') return ok({ ...common, name, format: format ?? 'mbox' });
  const mboxVariant = VARIANTS.find((each) => each === values.mbox);
  if (values.mbox !== undefined && mboxVariant === undefined)
    return err(`--mbox ${values.mbox}: not one of ${VARIANTS.join(', ')}`);
  return ok({ ...common, name: 'import', format: format ?? null, mboxVariant: mboxVariant ?? 'auto' });
}

type Arguments = Extract<ReturnType<typeof readArguments>, { ok: true }>['value'];
type Values = Arguments['values'];

function parseReadmission(
  { data, name, extra }: { data: string; name: string | undefined; extra: string | undefined },
  values: Values,
): Result<NamedTask, string> {
  if (name === undefined) return err('administrator needs a name');
  if (extra !== undefined) return err(`${extra}: not understood`);
  const passwordFile = values['password-file'] ?? null;
  const withoutSecondFactor = values['without-second-factor'] === true;
  if (passwordFile === null && !withoutSecondFactor)
    return err('nothing to do: --password-file, --without-second-factor, or both');
  return ok({ name: 'administrator', data, administrator: name, passwordFile, withoutSecondFactor });
}

function parsePull(
  { data, account, url }: { data: string; account: string; url: string },
  values: Values,
): Result<NamedTask, string> {
  const server = parseServerUrl(url);
  if (!server.ok) return server;
  const passwordFile = values['password-file'];
  if (passwordFile === undefined) return err('--password-file is missing: a file with the password there');
  const mustVerify = values['any-certificate'] !== true;
  return ok({ name: 'pull', data, account, server: server.value, passwordFile, mustVerify });
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const flag = { type: 'boolean' } as const;
    const options = {
      data: text,
      format: text,
      mbox: text,
      repair: flag,
      'password-file': text,
      'any-certificate': flag,
      'without-second-factor': flag,
      'key-file': text,
      'passphrase-file': text,
    } as const;
    return ok(parseArgs({ args: [...args], allowPositionals: true, options }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** Runs it; the exit code, or a sentence where nothing could be begun. */
export async function runTask(task: Task): Promise<Result<number, string>> {
  switch (task.name) {
    case 'doctor':
      return runDoctor(task);
    case 'administrator':
      return readmit(task);
    case 'export':
    case 'import':
    case 'pull':
      return runTransfer(task);
  }
}

async function readmit(task: Extract<Task, { name: 'administrator' }>): Promise<Result<number, string>> {
  const { administrator, passwordFile, withoutSecondFactor } = task;
  const password = passwordFile === null ? ok(null) : await readPasswordFile(passwordFile);
  if (!password.ok) return password;
  const options = await openOffline(task.data, task.key);
  if (!options.ok) return options;
  const done = await readmitOffline({
    ...options.value,
    ...{ administrator, withoutSecondFactor, password: password.value },
  });
  if (!done.ok) return done;
  if (password.value !== null) console.log(`${administrator} has the password of ${passwordFile}`);
  if (withoutSecondFactor) console.log(`${administrator} signs in without a second factor`);
  return ok(0);
}

async function readPasswordFile(path: string): Promise<Result<string, string>> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return err(`${path}: cannot be read`);
  const password = text.replace(/\r?\n$/u, '');
  if (password === '') return err(`${path}: is empty`);
  return /\p{Cc}/u.test(password) ? err(`${path}: more than one line`) : ok(password);
}

async function runDoctor(task: Extract<Task, { name: 'doctor' }>): Promise<Result<number, string>> {
  const { isRepairing } = task;
  const options = await openOffline(task.data, task.key);
  if (!options.ok) return options;
  const findings = await examineOffline({ ...options.value, isRepairing });
  if (!findings.ok) return findings;
  for (const { check, text, remedy } of findings.value)
    console.log(`${check}: ${text} (${remedy ?? 'restore a backup'})`);
  const open = isRepairing ? findings.value.filter(({ remedy }) => remedy === null) : findings.value;
  if (findings.value.length === 0) console.log('everything is in order');
  else if (!isRepairing)
    console.log(`${open.length} findings; postroom doctor --repair mends what can be mended`);
  else console.log(`${findings.value.length - open.length} mended, ${open.length} left`);
  return ok(open.length === 0 ? 0 : 1);
}

async function runTransfer(task: TransferTask): Promise<Result<number, string>> {
  const offline = await openOffline(task.data, task.key);
  if (!offline.ok) return offline;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const { account } = task;
  const options = { ...offline.value, account, signal: stop.signal, onProgress: showProgress };
  const report = await beginTransfer(task, options);
  if (!report.ok) return report;
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { end, progress, problems } = report.value;
  for (const { where, reason } of problems) console.log(`${where}: ${reason}`);
  const { messages, skipped, failed } = progress;
  const reason = end.kind === 'failed' ? `: ${end.reason}` : '';
  console.log(
    `${end.kind}${reason}: ${messages} messages, ${skipped} were there already, ${failed} could not be read`,
  );
  return ok(end.kind === 'done' && failed === 0 ? 0 : 1);
}

function beginTransfer(
  task: TransferTask,
  options: TransferOptions,
): Promise<Result<TransferReport, string>> {
  switch (task.name) {
    case 'export':
      return exportOffline({ ...options, path: task.path, format: task.format });
    case 'import':
      return importOffline({
        ...options,
        path: task.path,
        format: task.format,
        mboxVariant: task.mboxVariant,
      });
    case 'pull':
      return pull(task, options);
  }
}

async function pull(
  { server: { user, ...server }, passwordFile, mustVerify }: Extract<Task, { name: 'pull' }>,
  options: TransferOptions,
): Promise<Result<TransferReport, string>> {
  const password = await readPasswordFile(passwordFile);
  if (!password.ok) return password;
  const credentials = { user, password: password.value };
  if (/\p{Cc}/u.test(user)) return err('the user name holds a control character');
  return pullOffline({ ...options, target: { ...server, mustVerify, credentials } });
}

/** One line that is written over; nothing where standard error is a file. */
function showProgress({
  mailbox,
  messages,
  skipped,
  octets,
  totalOctets,
}: {
  readonly mailbox: string;
  readonly messages: number;
  readonly skipped: number;
  readonly octets: number;
  readonly totalOctets: number | null;
}): void {
  if (!process.stderr.isTTY) return;
  const percent =
    totalOctets === null || totalOctets === 0 ? '' : ` ${Math.floor((octets * 100) / totalOctets)} %`;
  process.stderr.write(`\r\x1b[K${mailbox}: ${messages} messages, ${skipped} skipped${percent}`);
}

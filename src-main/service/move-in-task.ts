/** `postroom move-in`: a whole office from another server. Exit 0: all of it is here; 1: something is left, named; 2: nothing was begun. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import type { MailOutcome } from '../host/move-in/carry-out.ts';
import type { MoveInOrigin } from '../host/move-in/make-plan.ts';
import { moveInOffline, type MoveInOptions } from '../host/move-in/move-in-offline.ts';
import type { TransferProgress } from '../mail/transfer/port.ts';
import { keyOptions } from './key-options.ts';
import { describeItem, describeRefusal } from './move-in-words.ts';
import { openOffline } from './open-offline.ts';

export const MOVE_IN_USAGE = `       postroom move-in hmailserver FOLDER [--mail FOLDER] [--data DIR]
       postroom move-in servers LIST.csv [--server HOST] [--any-certificate] [--data DIR]
       brings a whole office here: set-up and mail of an hMailServer's unpacked backup, or the mailboxes of a list of
       accounts on IMAP servers (columns: address, password, server, port, tls, user); may be repeated to catch up`;

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const OPTIONS = {
  ...{ data: TEXT, mail: TEXT, server: TEXT, 'any-certificate': FLAG },
  ...{ 'key-file': TEXT, 'passphrase-file': TEXT },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export async function runMoveIn(args: readonly string[]): Promise<Result<number, string>> {
  const read = readArguments(args.slice(1));
  if (!read.ok) return read;
  const { values, positionals } = read.value;
  const [from, path, extra] = positionals;
  if ((from !== 'hmailserver' && from !== 'servers') || path === undefined)
    return err('move-in needs where from (hmailserver or servers) and a path');
  if (extra !== undefined) return err(`${extra}: not understood`);
  const origin = await readOrigin({ from, path: resolve(path) }, values);
  if (!origin.ok) return origin;
  const options = await openOptions(values);
  if (!options.ok) return options;
  const moved = await moveInOffline({ ...options.value, origin: origin.value });
  if (!moved.ok) return err(describeRefusal(moved.error));
  const { accounts, failed, left } = moved.value;
  for (const item of left) console.log(describeItem(item));
  console.log(`${accounts - failed} of ${accounts} accounts are here whole`);
  return ok(failed === 0 ? 0 : 1);
}

async function readOrigin(
  { from, path }: { readonly from: MoveInOrigin['from']; readonly path: string },
  values: Values,
): Promise<Result<MoveInOrigin, string>> {
  if (from === 'hmailserver')
    return ok({ from, path, mailFolder: values.mail === undefined ? null : resolve(values.mail) });
  const csv = await readFile(path, 'utf8').catch(() => null);
  if (csv === null) return err(`${path}: cannot be read`);
  return ok({ from, csv, server: values.server ?? null, mustVerify: values['any-certificate'] !== true });
}

function readArguments(args: readonly string[]) {
  try {
    return ok(parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

async function openOptions(values: Values): Promise<Result<Omit<MoveInOptions, 'origin'>, string>> {
  const offline = await openOffline(resolve(values.data ?? defaultDataFolder()), keyOptions(values));
  if (!offline.ok) return offline;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  return ok({ ...offline.value, signal: stop.signal, onProgress: showProgress, onAccount: showAccount });
}

function showProgress(address: string, { messages, skipped }: TransferProgress): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\x1b[K${address}: ${messages} messages, ${skipped} were there`);
}

function showAccount(address: string, outcome: MailOutcome): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (!outcome.ok) return console.log(`${address}: ${outcome.error.reason}`);
  const { end, progress, problems } = outcome.value;
  for (const { where, reason } of problems) console.log(`${address}: ${where}: ${reason}`);
  const { messages, skipped, failed } = progress;
  const reason = end.kind === 'failed' ? ` (${end.reason})` : '';
  console.log(
    `${address}: ${end.kind}${reason}: ${messages} messages, ${skipped} were there already, ${failed} could not be read`,
  );
}

/**
 * `postroom backup now|list|verify|key` and `postroom restore`: backups from the command line, on a stopped data folder; a restore also on
 * a machine that has nothing yet.
 *
 * Invariants: as tasks.ts: what was done goes to standard output, progress to standard error; exit 0: all is well, 1: something is left,
 * 2: nothing was begun. A recovery key is written to a file, or to standard output where it was asked for, never to the log.
 */
import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import type { PlaceSetting } from '../backup/places/open-place.ts';
import type { BackupProgress } from '../backup/port.ts';
import { parseRecoveryKey } from '../backup/recovery-key.ts';
import {
  backUpOffline,
  listOffline,
  readRecoveryKey,
  restoreOffline,
  verifyOffline,
  type OfflineBackupOptions,
} from '../host/backups/offline-backups.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import { keyOptions } from './key-options.ts';
import { openOffline } from './open-offline.ts';
import { VERSION } from './package-facts.ts';

export const BACKUP_USAGE = `       postroom backup now [PLACE] [--data DIR]     PLACE: a folder, or https://HOST/BUCKET[/PREFIX] of S3-compatible
                                                    storage with --s3-key-file FILE (access key and secret, a line each)
                                                    and --s3-region REGION; without PLACE: where backups go by themselves
       postroom backup list [PLACE] [--data DIR]
       postroom backup verify [PLACE] [--data DIR]  reads all of it, and restores the newest one on trial
       postroom backup key [--out FILE] [--data DIR]
       postroom restore PLACE --recovery-key-file FILE [--backup ID] [--replace] [--data DIR]
       these work while Postroom is stopped; a running one does the same in the console (Settings, Backups)`;

const VERBS = ['now', 'list', 'verify', 'key'] as const;
type Verb = (typeof VERBS)[number] | 'restore';

const OPTIONS = {
  data: { type: 'string' },
  out: { type: 'string' },
  backup: { type: 'string' },
  replace: { type: 'boolean' },
  'recovery-key-file': { type: 'string' },
  's3-key-file': { type: 'string' },
  's3-region': { type: 'string' },
  'key-file': { type: 'string' },
  'passphrase-file': { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export interface BackupTask {
  readonly verb: Verb;
  readonly place: string | null;
  readonly data: string;
  readonly values: Values;
}

export const BACKUP_VERBS = ['backup', 'restore'];

/** The task, or a sentence that names what is unusable. */
export function parseBackupTask(args: readonly string[]): Result<BackupTask, string> {
  const read = readArguments(args);
  if (!read.ok) return read;
  const { positionals, values } = read.value;
  const words = positionals[0] === 'restore' ? positionals : positionals.slice(1);
  const [verb, place = null, ...extra] = words;
  if (!isVerb(verb)) return err(`backup ${verb ?? ''}: not one of ${VERBS.join(', ')}`.replace('  ', ' '));
  if (extra.length > 0 || (verb === 'key' && place !== null))
    return err(`${extra[0] ?? place}: not understood`);
  if (verb === 'restore' && place === null)
    return err('restore needs a place: a folder, or https://HOST/BUCKET');
  if (verb === 'restore' && values['recovery-key-file'] === undefined)
    return err('--recovery-key-file is missing: a file with the recovery key, or - to be asked');
  return ok({ verb, place, data: resolve(values.data ?? defaultDataFolder()), values });
}

function isVerb(word: string | undefined): word is Verb {
  return word === 'restore' || VERBS.some((each) => each === word);
}

function readArguments(args: readonly string[]) {
  try {
    return ok(parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** Runs it; the exit code, or a sentence where nothing could be begun. */
export async function runBackupTask(task: BackupTask): Promise<Result<number, string>> {
  const offline = await openOffline(task.data, keyOptions(task.values));
  if (!offline.ok) return offline;
  const place = task.place === null ? ok(null) : await parsePlace(task.place, task.values);
  if (!place.ok) return place;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const options: OfflineBackupOptions = {
    ...{ ...offline.value, place: place.value, version: VERSION },
    ...{ signal: stop.signal, onProgress: showProgress },
  };
  return run(task, options);
}

function run(task: BackupTask, options: OfflineBackupOptions): Promise<Result<number, string>> {
  switch (task.verb) {
    case 'now':
      return backUp(task, options);
    case 'list':
      return list(options);
    case 'verify':
      return verify(options);
    case 'key':
      return showKey(task, options);
    case 'restore':
      return restore(task, options);
  }
}

/** `https://host[:port]/bucket[/prefix]`, or a folder. */
export async function parsePlace(text: string, values: Values): Promise<Result<PlaceSetting, string>> {
  if (!/^https?:\/\//u.test(text)) return ok({ kind: 'folder', path: resolve(text) });
  const url = URL.parse(text);
  const [bucket = '', ...prefix] = (url?.pathname ?? '').split('/').filter((part) => part !== '');
  if (url === null || bucket === '') return err(`${text}: not https://HOST/BUCKET[/PREFIX]`);
  const file = values['s3-key-file'];
  if (file === undefined)
    return err('--s3-key-file is missing: a file with the access key and the secret, a line each');
  const lines = (await readFile(file, 'utf8').catch(() => '')).split(/\r?\n/u);
  const [accessKeyId, secretAccessKey] = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (accessKeyId === undefined || secretAccessKey === undefined)
    return err(`${file}: not an access key and a secret, a line each`);
  return ok({
    ...{ kind: 's3', endpoint: url.origin, bucket, prefix: prefix.join('/'), pathStyle: true },
    ...{ region: values['s3-region'] ?? 'us-east-1', accessKeyId, secretAccessKey },
  });
}

async function backUp(task: BackupTask, options: OfflineBackupOptions): Promise<Result<number, string>> {
  const done = await backUpOffline(options);
  endProgress();
  if (!done.ok) return done;
  const { snapshot, sweep, sweepProblem, newRecoveryKey } = done.value;
  const { accounts, messages } = snapshot.counts;
  console.log(
    `backup ${snapshot.id}: ${accounts} accounts, ${messages} messages, ${megabytes(snapshot.octets)}, ${megabytes(snapshot.addedOctets)} of it new`,
  );
  if (sweep !== null && sweep.removedSnapshots > 0)
    console.log(`${sweep.removedSnapshots} old backups removed`);
  if (sweepProblem !== null) console.log(`old backups could not be tidied: ${sweepProblem}`);
  if (newRecoveryKey !== null)
    console.error(
      `postroom: without the recovery key nobody can read this backup: keep it away from this machine (postroom backup key --out FILE --data ${task.data})`,
    );
  return ok(sweepProblem === null ? 0 : 1);
}

async function list(options: OfflineBackupOptions): Promise<Result<number, string>> {
  const found = await listOffline(options);
  if (!found.ok) return found;
  for (const { id, at, counts, octets, addedOctets, reason } of found.value.snapshots)
    console.log(
      `${id}  ${new Date(at).toISOString().slice(0, 19)}Z  ${counts.accounts} accounts  ${counts.messages} messages  ${megabytes(octets)}  +${megabytes(addedOctets)}  ${reason}`,
    );
  if (found.value.snapshots.length === 0) console.log('there are no backups');
  return ok(0);
}

async function verify(options: OfflineBackupOptions): Promise<Result<number, string>> {
  const found = await verifyOffline(options);
  endProgress();
  if (!found.ok) return found;
  const { packs, octets, damagedPacks, damagedRecords, brokenSnapshots, trial } = found.value;
  for (const name of [...damagedPacks, ...damagedRecords]) console.log(`damaged: ${name}`);
  for (const id of brokenSnapshots) console.log(`backup ${id} needs something that is damaged`);
  for (const finding of trial?.findings ?? []) console.log(`trial restore: ${finding}`);
  const isWhole = damagedPacks.length + damagedRecords.length + (trial?.findings.length ?? 0) === 0;
  console.log(
    `${packs} packs, ${megabytes(octets)} read: ${isWhole ? 'everything is in order' : 'not all is in order'}`,
  );
  if (damagedPacks.length > 0) console.log('the next backup stores again what the damaged packs held');
  return ok(isWhole ? 0 : 1);
}

async function showKey(
  { values }: BackupTask,
  options: OfflineBackupOptions,
): Promise<Result<number, string>> {
  const key = await readRecoveryKey(options);
  if (!key.ok) return key;
  if (values.out === undefined) {
    console.log(key.value);
    return ok(0);
  }
  try {
    // wx: nothing is written over.
    const file = await open(values.out, 'wx', 0o600);
    await file.writeFile(`${key.value}\n`);
    await file.close();
  } catch (error) {
    return err(`${values.out}: ${error instanceof Error ? error.message : String(error)}`);
  }
  console.log(`the recovery key is in ${values.out}`);
  return ok(0);
}

async function restore(task: BackupTask, options: OfflineBackupOptions): Promise<Result<number, string>> {
  const { place } = options;
  if (place === null) return err('restore needs a place');
  const text = await readKeyText(task.values['recovery-key-file'] ?? '-');
  if (!text.ok) return text;
  const recoveryKey = parseRecoveryKey(text.value);
  if (!recoveryKey.ok) return recoveryKey;
  const done = await restoreOffline({
    ...{ ...options, place, recoveryKey: recoveryKey.value },
    ...{ snapshotId: task.values.backup ?? null, mayReplace: task.values.replace === true },
  });
  endProgress();
  if (!done.ok) return done;
  const { restored, keptIn } = done.value;
  const { snapshot, lost } = restored;
  for (const { path, pack } of lost) console.log(`lost: ${path} (${pack ?? 'a piece is not there'})`);
  const { accounts, mailboxes, messages } = snapshot.counts;
  const made = new Date(snapshot.at).toISOString().slice(0, 19);
  console.log(
    `restored to ${task.data}: ${accounts} accounts, ${mailboxes} mailboxes, ${messages} messages of ${made}Z`,
  );
  if (keptIn !== null) console.log(`what was there before is in ${keptIn}`);
  console.log('what was in the queue is held: release or remove it in the console (Settings, Backups)');
  return ok(lost.length === 0 ? 0 : 1);
}

async function readKeyText(file: string): Promise<Result<string, string>> {
  try {
    return ok(await readFile(file === '-' ? '/dev/stdin' : file, 'utf8'));
  } catch (error) {
    return err(`cannot read the recovery key: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One line that is written over; nothing where standard error is a file. */
function showProgress({ phase, doneOctets, totalOctets, movedOctets }: BackupProgress): void {
  if (!process.stderr.isTTY) return;
  const percent = totalOctets === 0 ? '' : ` ${Math.floor((doneOctets * 100) / totalOctets)} %`;
  process.stderr.write(`\r\x1b[K${phase}${percent}, ${megabytes(movedOctets)} moved`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function megabytes(octets: number): string {
  return `${(octets / 1024 / 1024).toFixed(1)} MiB`;
}

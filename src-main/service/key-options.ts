/**
 * Where the data folder's key lies, as the command line says: a file, which a passphrase may protect.
 *
 * The passphrase comes by a file (a systemd credential is one: --passphrase-file %d/passphrase) or by standard input; never by the
 * environment or an argument, which other users of the machine can read.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { KeyFile, KeyProblem, type KeyPlace } from '../storage/sealing/key-place.ts';
import { passphraseProtection, plainProtection } from '../storage/sealing/key-protections.ts';

export interface KeyOptions {
  /** Null: in the data folder. */
  readonly keyFile: string | null;
  /** `-`: standard input; null: there is no passphrase. */
  readonly passphraseFile: string | null;
}

export function keyOptions(values: { 'key-file'?: string; 'passphrase-file'?: string }): KeyOptions {
  const passphraseFile = values['passphrase-file'] ?? null;
  return {
    keyFile: values['key-file'] === undefined ? null : resolve(values['key-file']),
    passphraseFile:
      passphraseFile === null || passphraseFile === '-' ? passphraseFile : resolve(passphraseFile),
  };
}

/** Rejects with KeyProblem where there is no passphrase to be had. */
export async function openKeyPlace(
  { keyFile, passphraseFile }: KeyOptions,
  dataFolder: string,
): Promise<KeyPlace> {
  const path = keyFile ?? join(dataFolder, 'postroom.key');
  if (passphraseFile === null) return new KeyFile(path, plainProtection);
  const passphrase = passphraseFile === '-' ? await askPassphrase() : await readPassphrase(passphraseFile);
  if (passphrase === '') throw new KeyProblem('the passphrase is empty');
  return new KeyFile(path, passphraseProtection(passphrase));
}

async function readPassphrase(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new KeyProblem(`cannot read the passphrase file ${path}: ${error.message}`);
  });
  return text.replace(/\r?\n$/u, '');
}

/** The first line; nothing of it is shown. */
async function askPassphrase(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('postroom: passphrase of the data folder: ');
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (process.stdin.isTTY) process.stderr.write('\n');
  }
}

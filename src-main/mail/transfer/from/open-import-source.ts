/** Finds out what a file or folder is, and opens it for an import. */
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { err, ok, type Result } from '../../../base/result.ts';
import type { MboxVariant } from '../../../format/mbox.ts';
import type { ImportSource, SourceMessage, TransferFormat } from '../port.ts';
import { readEmlFile } from './eml-files.ts';
import { findMaildirs, readMaildir } from './maildir-files.ts';
import { readMboxFile } from './mbox-files.ts';
import { findFile, walkFiles, type FoundFile } from './walk-folder.ts';

export interface ImportPlace {
  readonly path: string;
  /** null: what it looks like. */
  readonly format: TransferFormat | null;
  readonly mboxVariant: MboxVariant | 'auto';
}

/** The error is a sentence. */
export async function openImportSource(place: ImportPlace): Promise<Result<ImportSource, string>> {
  const facts = await stat(place.path).catch(() => null);
  if (facts === null) return err(`${place.path}: there is no such file or folder`);
  const format = place.format ?? (await findFormat(place.path, facts.isDirectory()));
  if (format === null) return err(`${place.path}: neither mbox nor Maildir nor .eml files`);
  return ok(await FileSource.open(place, format, facts.isDirectory()));
}

async function findFormat(path: string, isFolder: boolean): Promise<TransferFormat | null> {
  if (!isFolder) return formatOfFile(await findFile(path, [basename(path)]));
  for await (const _maildir of findMaildirs(path)) return 'maildir';
  for await (const file of walkFiles(path)) {
    const format = await formatOfFile(file);
    if (format !== null) return format;
  }
  return null;
}

async function formatOfFile(file: FoundFile): Promise<TransferFormat | null> {
  if (isEml(file)) return 'eml';
  return (await isMbox(file)) ? 'mbox' : null;
}

function isEml({ path }: FoundFile): boolean {
  return extname(path).toLowerCase() === '.eml';
}

async function isMbox({ path }: FoundFile): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(5), 0, 5, 0);
    return buffer.toString('latin1', 0, bytesRead) === 'From ';
  } finally {
    await handle.close();
  }
}

class FileSource implements ImportSource {
  readonly format: TransferFormat;
  readonly totalOctets: number;
  readonly #place: ImportPlace;
  readonly #isFolder: boolean;
  #finished = 0;
  #current = 0;

  private constructor(
    place: ImportPlace,
    facts: { format: TransferFormat; isFolder: boolean; totalOctets: number },
  ) {
    this.#place = place;
    this.format = facts.format;
    this.totalOctets = facts.totalOctets;
    this.#isFolder = facts.isFolder;
  }

  static async open(place: ImportPlace, format: TransferFormat, isFolder: boolean): Promise<FileSource> {
    let totalOctets = 0;
    for await (const { sizeBytes } of filesOf(place.path, isFolder)) totalOctets += sizeBytes;
    return new FileSource(place, { format, isFolder, totalOctets });
  }

  octetsRead(): number {
    return this.#finished + this.#current;
  }

  messages(): AsyncIterable<SourceMessage> {
    return this.format === 'maildir' ? this.#fromMaildirs() : this.#fromFiles();
  }

  async *#fromMaildirs(): AsyncGenerator<SourceMessage> {
    for await (const maildir of findMaildirs(this.#place.path)) {
      yield* readMaildir(maildir, (file) => (this.#finished += file.sizeBytes));
    }
  }

  async *#fromFiles(): AsyncGenerator<SourceMessage> {
    for await (const file of filesOf(this.#place.path, this.#isFolder)) {
      if (this.format === 'eml' && isEml(file)) yield* readEmlFile(this.#isFolder ? file : loneFile(file));
      if (this.format === 'mbox' && (await isMbox(file)))
        yield* readMboxFile(file, this.#place.mboxVariant, (octets) => (this.#current = octets));
      this.#current = 0;
      this.#finished += file.sizeBytes;
    }
  }
}

/** An `.eml` file by itself belongs into INBOX. */
function loneFile(file: FoundFile): FoundFile {
  return { ...file, levels: [basename(file.path)] };
}

async function* filesOf(path: string, isFolder: boolean): AsyncGenerator<FoundFile> {
  if (isFolder) yield* walkFiles(path);
  else yield await findFile(path, [basename(path)]);
}

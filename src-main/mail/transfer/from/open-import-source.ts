/** Finds out what a file or folder is, and opens it for an import. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { err, ok, type Result } from '../../../base/result.ts';
import type { MboxVariant } from '../../../format/mbox.ts';
import type { FileFormat, ImportSource, SourceMessage } from '../port.ts';
import { readEmlFile } from './eml-files.ts';
import { isEml, isMbox, isZip } from './file-kinds.ts';
import { findMaildirs, readMaildir } from './maildir-files.ts';
import { readMboxFile } from './mbox-files.ts';
import { findFile, walkFiles, type FoundFile } from './walk-folder.ts';
import { ZipSource } from './zip-source.ts';

export interface ImportPlace {
  readonly path: string;
  /** null: what it looks like. */
  readonly format: FileFormat | null;
  readonly mboxVariant: MboxVariant | 'auto';
  /** Where archives are unpacked, a file at a time. */
  readonly scratchFolder: string;
}

/** The error is a sentence. */
export async function openImportSource(place: ImportPlace): Promise<Result<ImportSource, string>> {
  const facts = await stat(place.path).catch(() => null);
  if (facts === null) return err(`${place.path}: there is no such file or folder`);
  const format = place.format ?? (await findFormat(place.path, facts.isDirectory()));
  if (format === null)
    return err(`${place.path}: neither mbox nor Maildir nor .eml files nor a zip archive of such`);
  if (format === 'zip') return openZip(place);
  return ok(await FileSource.open(place, format, facts.isDirectory()));
}

async function openZip(place: ImportPlace): Promise<Result<ImportSource, string>> {
  try {
    return ok(await ZipSource.open(place));
  } catch (error) {
    return err(`${place.path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function findFormat(path: string, isFolder: boolean): Promise<FileFormat | null> {
  if (!isFolder) return (await isZip(path)) ? 'zip' : formatOfFile(path);
  for await (const _maildir of findMaildirs(path)) return 'maildir';
  for await (const file of walkFiles(path)) {
    const format = await formatOfFile(file.path);
    if (format !== null) return format;
  }
  return null;
}

async function formatOfFile(path: string): Promise<FileFormat | null> {
  if (isEml(path)) return 'eml';
  return (await isMbox(path)) ? 'mbox' : null;
}

type FolderFormat = Exclude<FileFormat, 'zip'>;

class FileSource implements ImportSource {
  readonly format: FolderFormat;
  readonly totalOctets: number;
  readonly totalMessages = null;
  readonly #place: ImportPlace;
  readonly #isFolder: boolean;
  #finished = 0;
  #current = 0;

  private constructor(
    place: ImportPlace,
    facts: { format: FolderFormat; isFolder: boolean; totalOctets: number },
  ) {
    this.#place = place;
    this.format = facts.format;
    this.totalOctets = facts.totalOctets;
    this.#isFolder = facts.isFolder;
  }

  static async open(place: ImportPlace, format: FolderFormat, isFolder: boolean): Promise<FileSource> {
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

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#fromMaildirs(): AsyncGenerator<SourceMessage> {
    for await (const maildir of findMaildirs(this.#place.path)) {
      yield* readMaildir(maildir, (file) => (this.#finished += file.sizeBytes));
    }
  }

  async *#fromFiles(): AsyncGenerator<SourceMessage> {
    for await (const file of filesOf(this.#place.path, this.#isFolder)) {
      if (this.format === 'eml' && isEml(file.path))
        yield* readEmlFile(this.#isFolder ? file : loneFile(file));
      if (this.format === 'mbox' && (await isMbox(file.path)))
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

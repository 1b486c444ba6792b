/** A bucket of S3-compatible storage as a place. An object is there when the server has said so: whole, since its hash is signed. */
import { PlaceProblem, type OctetRange, type Place, type PlaceTrouble, type StoredObject } from '../port.ts';
import { S3Error, type S3Client } from '../../protocol/s3/s3-client.ts';

const TROUBLES: Readonly<Record<string, PlaceTrouble>> = {
  NoSuchKey: 'missing',
  NoSuchBucket: 'gone',
  QuotaExceeded: 'full',
  EntityTooLarge: 'full',
  XMinioStorageFull: 'full',
};

const WORDS: Readonly<Record<PlaceTrouble, string>> = {
  full: 'there is no room left',
  gone: 'it cannot be reached',
  refused: 'it does not let us in: look at the access key, its rights and the region',
  missing: 'it is not there',
  other: 'it failed',
};

export class S3Place implements Place {
  readonly title: string;
  readonly #client: S3Client;
  readonly #prefix: string;

  /** `prefix`: empty, or names parted by `/`. */
  constructor(client: S3Client, { title, prefix }: { readonly title: string; readonly prefix: string }) {
    this.title = title;
    this.#client = client;
    this.#prefix = prefix === '' ? '' : `${prefix.replaceAll(/^\/+|\/+$/gu, '')}/`;
  }

  list(folder: string): Promise<readonly StoredObject[]> {
    const inFolder = folder === '' ? this.#prefix : `${this.#prefix}${folder}/`;
    return this.#try('', async () => {
      const objects = await this.#client.list(inFolder);
      return objects
        .filter(({ key }) => !key.slice(inFolder.length).includes('/'))
        .map(({ key, octets }) => ({ name: key.slice(this.#prefix.length), octets }));
    });
  }

  put(name: string, octets: Uint8Array): Promise<void> {
    return this.#try(name, () => this.#client.put(this.#prefix + name, octets));
  }

  get(name: string, range?: OctetRange): Promise<Uint8Array> {
    if (range !== undefined && range.end <= range.start) return Promise.resolve(new Uint8Array(0));
    const asked = range === undefined ? undefined : { first: range.start, last: range.end - 1 };
    return this.#try(name, () => this.#client.get(this.#prefix + name, asked));
  }

  remove(name: string): Promise<void> {
    return this.#try(name, () => this.#client.remove(this.#prefix + name)).catch((error: unknown) => {
      if (!(error instanceof PlaceProblem) || error.trouble !== 'missing') throw error;
    });
  }

  /** Storage of others has as much as is paid for. */
  freeOctets(): Promise<null> {
    return Promise.resolve(null);
  }

  async #try<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const trouble = troubleOf(error);
      const where = name === '' ? this.title : `${this.title}, ${name}`;
      throw new PlaceProblem(trouble, `${where}: ${WORDS[trouble]} (${error.message})`, { cause: error });
    }
  }
}

function troubleOf({ status, code }: S3Error): PlaceTrouble {
  const known = TROUBLES[code];
  if (known !== undefined) return known;
  if (status === 404) return 'missing';
  if (status === 401 || status === 403) return 'refused';
  if (status === 507) return 'full';
  return status === 0 || status >= 500 ? 'gone' : 'other';
}

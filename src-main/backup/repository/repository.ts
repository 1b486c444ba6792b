/**
 * Repository: what lies at a place: a marker, packs of sealed chunks, indexes that say which chunk lies where, and a record for each
 * snapshot.
 *
 * Flow: open → lock (repository-lock.ts) → chunks (pack-writer.ts, chunk-reader.ts) → record. Invariants: objects are never changed; what
 * names others is written after them, and removed before them, so that whatever is cut off leaves a repository that is whole:
 * pack → index → record, and record → index → pack.
 */
import { randomBytes } from 'node:crypto';
import { BackupProblem, PlaceProblem, type Place } from '../port.ts';
import { ChunkIndex, decodeIndex, encodeIndexes } from './chunk-index.ts';
import { BrokenSealError, RepositoryKeys } from './sealing.ts';
import { decodeRecord, encodeRecord, type SnapshotRecord } from './snapshot-record.ts';

const MARKER = 'postroom-backup.json';
const FORMAT = 1;
const ID_OCTETS = 16;
const NAME_OCTETS = 8;

interface Marker {
  readonly format: number;
  readonly id: string;
  /** Opens with the right recovery key only. */
  readonly check: string;
}

export class Repository {
  readonly place: Place;
  readonly id: string;
  readonly keys: RepositoryKeys;
  /** Of what was read last (readIndex). */
  index = new ChunkIndex();

  private constructor(place: Place, id: string, keys: RepositoryKeys) {
    this.place = place;
    this.id = id;
    this.keys = keys;
  }

  /** Makes one at a place that has none. */
  static async create(place: Place, recoveryKey: Uint8Array): Promise<Repository> {
    const others = (await place.list('')).filter(({ name }) => !name.startsWith('.'));
    if (others.length > 0)
      throw new BackupProblem(
        'foreign',
        `${place.title} is not empty: choose an empty or new folder for backups`,
      );
    const id = randomBytes(ID_OCTETS).toString('hex');
    const keys = new RepositoryKeys(recoveryKey, id);
    const check = keys.seal(Buffer.from(id), MARKER).toString('base64');
    const marker: Marker = { format: FORMAT, id, check };
    await place.put(MARKER, Buffer.from(`${JSON.stringify(marker)}\n`));
    return new Repository(place, id, keys);
  }

  static async open(place: Place, recoveryKey: Uint8Array): Promise<Repository> {
    const marker = await readMarker(place);
    const keys = new RepositoryKeys(recoveryKey, marker.id);
    try {
      keys.open(Buffer.from(marker.check, 'base64'), MARKER);
    } catch (error) {
      if (!(error instanceof BrokenSealError)) throw error;
      throw new BackupProblem('wrongKey', `the recovery key is not the one of the backups in ${place.title}`);
    }
    return new Repository(place, marker.id, keys);
  }

  static async openOrCreate(place: Place, recoveryKey: Uint8Array): Promise<Repository> {
    try {
      return await Repository.open(place, recoveryKey);
    } catch (error) {
      if (!(error instanceof BackupProblem) || error.code !== 'noRepository') throw error;
      return Repository.create(place, recoveryKey);
    }
  }

  async readIndex(): Promise<void> {
    const index = new ChunkIndex();
    for (const { name } of await this.place.list('index')) {
      const octets = await this.#getSealed(name).catch(ignoreMissing);
      if (octets !== null) decodeIndex(octets, index);
    }
    this.index = index;
  }

  /** Writes an index of these packs; answers the names. */
  async writeIndex(packs: Iterable<string>): Promise<readonly string[]> {
    const names: string[] = [];
    for (const octets of encodeIndexes(this.index, packs)) {
      const name = `index/${newName()}`;
      await this.#putSealed(name, octets);
      names.push(name);
    }
    return names;
  }

  /** Newest first. Records that cannot be read are left out; `onDamage` hears their names. */
  async readSnapshots(
    onDamage: (name: string) => void = () => undefined,
  ): Promise<readonly SnapshotRecord[]> {
    const records: SnapshotRecord[] = [];
    for (const { name } of await this.place.list('snapshots')) {
      try {
        const octets = await this.#getSealed(name).catch(ignoreMissing);
        if (octets !== null) records.push(decodeRecord(octets));
      } catch (error) {
        if (!(error instanceof BackupProblem) || error.code !== 'damaged') throw error;
        onDamage(name);
      }
    }
    return records.sort((a, b) => b.at - a.at);
  }

  /** The newest, or the one whose id begins so. */
  async findSnapshot(id: string | null): Promise<SnapshotRecord> {
    const all = await this.readSnapshots();
    const found = id === null ? all[0] : all.find((each) => each.id.startsWith(id));
    if (found !== undefined) return found;
    const what = id === null ? 'there is no backup' : `there is no backup ${id}`;
    throw new BackupProblem('noSnapshot', `${what} in ${this.place.title}`);
  }

  writeSnapshot(record: SnapshotRecord): Promise<void> {
    return this.#putSealed(`snapshots/${record.id}`, encodeRecord(record));
  }

  removeSnapshot(id: string): Promise<void> {
    return this.place.remove(`snapshots/${id}`);
  }

  #putSealed(name: string, octets: Uint8Array): Promise<void> {
    return this.place.put(name, this.keys.seal(octets, name));
  }

  async #getSealed(name: string): Promise<Uint8Array> {
    const sealed = await this.place.get(name);
    try {
      return this.keys.open(sealed, name);
    } catch (error) {
      if (!(error instanceof BrokenSealError)) throw error;
      throw new BackupProblem('damaged', `${name} in ${this.place.title} is damaged`, { cause: error });
    }
  }
}

export function newName(): string {
  return randomBytes(NAME_OCTETS).toString('hex');
}

async function readMarker(place: Place): Promise<Marker> {
  const octets = await place.get(MARKER).catch(ignoreMissing);
  if (octets === null)
    throw new BackupProblem('noRepository', `there are no backups of Postroom in ${place.title}`);
  const marker = parseMarker(Buffer.from(octets).toString());
  if (marker === null) throw new BackupProblem('damaged', `${MARKER} in ${place.title} is damaged`);
  if (marker.format > FORMAT)
    throw new BackupProblem(
      'newer',
      `the backups in ${place.title} were made by a newer Postroom: use that one`,
    );
  return marker;
}

function parseMarker(text: string): Marker | null {
  try {
    const { format, id, check } = JSON.parse(text) as Partial<Marker>;
    if (typeof format !== 'number' || typeof id !== 'string' || typeof check !== 'string') return null;
    return { format, id, check };
  } catch {
    return null;
  }
}

function ignoreMissing(error: unknown): null {
  if (error instanceof PlaceProblem && error.trouble === 'missing') return null;
  throw error;
}

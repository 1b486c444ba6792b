/** A place in memory that can be full, gone, or damaged when a test says so. */
import { PlaceProblem, type OctetRange, type Place, type StoredObject } from '../../src-main/backup/port.ts';

export class MemoryPlace implements Place {
  readonly title = 'memory';
  readonly objects = new Map<string, Uint8Array>();
  /** Called before each put; may throw. */
  onPut: (name: string) => void = () => undefined;
  gone = false;
  putOctets = 0;

  list(folder: string): Promise<readonly StoredObject[]> {
    return this.#there(() =>
      [...this.objects]
        .filter(([name]) => (folder === '' ? !name.includes('/') : name.startsWith(`${folder}/`)))
        .map(([name, octets]) => ({ name, octets: octets.length })),
    );
  }

  put(name: string, octets: Uint8Array): Promise<void> {
    return this.#there(() => {
      this.onPut(name);
      this.putOctets += octets.length;
      this.objects.set(name, Uint8Array.from(octets));
    });
  }

  get(name: string, range?: OctetRange): Promise<Uint8Array> {
    return this.#there(() => {
      const octets = this.objects.get(name);
      if (octets === undefined) throw new PlaceProblem('missing', `${name} is not there`);
      return octets.subarray(range?.start ?? 0, range?.end ?? octets.length);
    });
  }

  remove(name: string): Promise<void> {
    return this.#there(() => void this.objects.delete(name));
  }

  freeOctets(): Promise<null> {
    return Promise.resolve(null);
  }

  namesIn(folder: string): readonly string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(`${folder}/`));
  }

  /** Changes an octet: in the middle, unless said. */
  damage(name: string, where?: number): void {
    const octets = Uint8Array.from(this.objects.get(name) ?? []);
    const at = where ?? Math.floor(octets.length / 2);
    octets[at] = (octets[at] ?? 0) ^ 0xff;
    this.objects.set(name, octets);
  }

  async #there<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.gone) throw new PlaceProblem('gone', 'memory is not there any more');
    return work();
  }
}

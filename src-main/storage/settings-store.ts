/** Settings: a handful of named JSON values, read at once and changed rarely. */
import { Emitter } from '../base/emitter.ts';
import type { HostSettings, SettingsStore } from '../host/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const changeSettings: Write<Readonly<Record<string, string>>, void> = ({ connection }, values) => {
  for (const [name, value] of Object.entries(values)) {
    connection.run(
      "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, seal(?2, 0, 'setting', ?1))",
      name,
      value,
    );
  }
};

export const settingsWrites = { changeSettings };

export class SqliteSettingsStore implements SettingsStore {
  readonly #writer: Writer;
  readonly #connection: Connection;
  readonly #defaults: HostSettings;
  readonly #changed = new Emitter<HostSettings>();

  constructor(writer: Writer, connection: Connection, defaults: HostSettings) {
    this.#writer = writer;
    this.#connection = connection;
    this.#defaults = defaults;
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  read(): Promise<HostSettings> {
    const rows = this.#connection.all<{ name: string; value: string }>(
      "SELECT name, unseal(value, 'setting', name) AS value FROM setting",
    );
    const values = rows
      .filter(({ name }) => name in this.#defaults)
      .map(({ name, value }) => [name, JSON.parse(value)]);
    const settings = { ...this.#defaults, ...(Object.fromEntries(values) as Partial<HostSettings>) };
    return Promise.resolve({ ...settings, screening: this.#withLater(settings.screening) });
  }

  /** What came later than the row has its default. */
  #withLater(stored: HostSettings['screening']): HostSettings['screening'] {
    const { screening } = this.#defaults;
    const quarantine = { ...screening.quarantine, ...stored.quarantine };
    return { ...screening, ...stored, quarantine };
  }

  async change(change: Partial<HostSettings>): Promise<HostSettings> {
    const entries = Object.entries(change).map(([name, value]) => [name, JSON.stringify(value)] as const);
    await this.#writer.run('changeSettings', Object.fromEntries(entries));
    const settings = await this.read();
    this.#changed.emit(settings);
    return settings;
  }
}

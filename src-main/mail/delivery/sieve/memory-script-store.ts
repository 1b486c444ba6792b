/** Sieve scripts in memory: for tests, and to hold the other implementation against. */
import type { Clock } from '../../../base/clock.ts';
import { Emitter } from '../../../base/emitter.ts';
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import { isScriptName, MAX_SCRIPTS } from './port.ts';
import type {
  ScriptError,
  ScriptOwner,
  ScriptSummary,
  ScriptUse,
  SieveScriptStore,
  StoredScript,
} from './port.ts';

export class MemoryScriptStore implements SieveScriptStore {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #scripts = new Map<ScriptOwner, Map<string, StoredScript>>();
  readonly #changed = new Emitter<ScriptOwner>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  list(owner: ScriptOwner): Promise<readonly ScriptSummary[]> {
    return Promise.resolve(this.#sorted(owner).map(({ text: _text, ...summary }) => summary));
  }

  read(owner: ScriptOwner, name: string): Promise<StoredScript | null> {
    return Promise.resolve(this.#of(owner).get(name) ?? null);
  }

  inUse(owner: ScriptOwner, use: ScriptUse): Promise<readonly StoredScript[]> {
    return Promise.resolve(this.#sorted(owner).filter((script) => script.use === use));
  }

  put(owner: ScriptOwner, { name, text }: { name: string; text: string }) {
    const known = this.#of(owner).get(name);
    if (!isScriptName(name)) return refused('invalidName');
    if (known === undefined && this.#of(owner).size >= MAX_SCRIPTS) return refused('tooMany');
    const sizeOctets = new TextEncoder().encode(text).length;
    const script = { name, text, sizeOctets, use: known?.use ?? null, changedAt: this.#clock.now() };
    return this.#change(owner, (scripts) => scripts.set(name, script));
  }

  remove(owner: ScriptOwner, name: string) {
    const script = this.#of(owner).get(name);
    if (script === undefined) return refused('noSuchScript');
    if (script.use !== null) return refused('isActive');
    return this.#change(owner, (scripts) => scripts.delete(name));
  }

  rename(owner: ScriptOwner, from: string, to: string) {
    const script = this.#of(owner).get(from);
    if (script === undefined) return refused('noSuchScript');
    if (!isScriptName(to)) return refused('invalidName');
    if (this.#of(owner).has(to)) return refused('alreadyExists');
    return this.#change(owner, (scripts) => {
      scripts.delete(from);
      scripts.set(to, { ...script, name: to });
    });
  }

  setUse(owner: ScriptOwner, name: string, use: ScriptUse | null) {
    if (!this.#of(owner).has(name)) return refused('noSuchScript');
    return this.#change(owner, (scripts) => {
      for (const script of scripts.values()) {
        if (script.name === name) scripts.set(name, { ...script, use });
        else if (use === 'active') scripts.set(script.name, { ...script, use: null });
      }
    });
  }

  #change(
    owner: ScriptOwner,
    change: (scripts: Map<string, StoredScript>) => void,
  ): Promise<Result<void, never>> {
    change(this.#of(owner));
    this.#changed.emit(owner);
    return Promise.resolve(ok(undefined));
  }

  #sorted(owner: ScriptOwner): readonly StoredScript[] {
    return [...this.#of(owner).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #of(owner: ScriptOwner): Map<string, StoredScript> {
    const known = this.#scripts.get(owner);
    if (known !== undefined) return known;
    const scripts = new Map<string, StoredScript>();
    this.#scripts.set(owner, scripts);
    return scripts;
  }
}

function refused(error: ScriptError): Promise<Result<void, ScriptError>> {
  return Promise.resolve(err(error));
}

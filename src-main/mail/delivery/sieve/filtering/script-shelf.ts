/**
 * Script shelf: the scripts that are run for an account, checked and at hand.
 *
 * Flow: script store → here → account filter. Invariant: what a change of scripts makes stale is read again before the next message.
 */
import type { AccountId } from '../../../../directory/port.ts';
import { checkScript } from '../checking/check-script.ts';
import type { ScriptOwner, ScriptUse, SieveScriptStore, StoredScript } from '../port.ts';

export interface ShelvedScript {
  readonly name: string;
  readonly text: string;
  readonly owner: ScriptOwner;
  readonly checked: ReturnType<typeof checkScript>;
}

/** Owners whose scripts are kept in memory; more than an office has accounts at work. */
const MOST_OWNERS = 2000;

export class ScriptShelf {
  readonly #store: SieveScriptStore;
  readonly #known = new Map<ScriptOwner, Promise<ReadonlyMap<ScriptUse, readonly ShelvedScript[]>>>();

  constructor(store: SieveScriptStore) {
    this.#store = store;
    store.onChange((owner) => this.#known.delete(owner));
  }

  /** In the order in which they are run: the office's before, the account's, the office's after. */
  async chainFor(account: AccountId): Promise<readonly ShelvedScript[]> {
    const [office, own] = await Promise.all([this.#scriptsOf('office'), this.#scriptsOf(account)]);
    const of = (scripts: typeof office, use: ScriptUse) => scripts.get(use) ?? [];
    return [...of(office, 'before'), ...of(own, 'active'), ...of(office, 'after')];
  }

  #scriptsOf(owner: ScriptOwner): Promise<ReadonlyMap<ScriptUse, readonly ShelvedScript[]>> {
    const known = this.#known.get(owner);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_OWNERS) this.#known.clear();
    const scripts = this.#read(owner);
    this.#known.set(owner, scripts);
    // A read that failed is not kept.
    scripts.catch(() => this.#known.delete(owner));
    return scripts;
  }

  async #read(owner: ScriptOwner): Promise<ReadonlyMap<ScriptUse, readonly ShelvedScript[]>> {
    const uses: readonly ScriptUse[] = owner === 'office' ? ['before', 'after'] : ['active'];
    const found = await Promise.all(uses.map((use) => this.#store.inUse(owner, use)));
    return new Map(
      uses.map((use, index) => [use, (found[index] ?? []).map((script) => shelve(owner, script))]),
    );
  }
}

function shelve(owner: ScriptOwner, { name, text }: StoredScript): ShelvedScript {
  return { name, text, owner, checked: checkScript(text) };
}

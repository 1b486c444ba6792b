/** Difference: what became different between two states of a thing, field by field, as people read it. */
import { maskSecrets } from './masking.ts';
import type { AuditChange } from './port.ts';

const MOST_CHANGES = 50;
const MOST_CHARACTERS = 300;

/** A secret that changed is named without saying from what to what. */
export function differenceOf(before: unknown, after: unknown): readonly AuditChange[] {
  const [old, fresh] = [flatten(before), flatten(after)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  const changed = paths.filter((path) => old.get(path)?.exact !== fresh.get(path)?.exact);
  return changed.slice(0, MOST_CHANGES).map((path) => ({
    path,
    before: old.get(path)?.shown ?? null,
    after: fresh.get(path)?.shown ?? null,
  }));
}

interface Leaf {
  /** For comparing only; never leaves this module. */
  readonly exact: string;
  readonly shown: string;
}

function flatten(value: unknown, path = '', found = new Map<string, Leaf>()): ReadonlyMap<string, Leaf> {
  if (value === undefined || (value === null && path === '')) return found;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, item] of Object.entries(value))
      flatten(item, path === '' ? name : `${path}.${name}`, found);
    return found;
  }
  const exact = JSON.stringify(value);
  const shown = JSON.stringify(maskSecrets(value, path.split('.').at(-1)));
  const cut = shown.length > MOST_CHARACTERS ? `${shown.slice(0, MOST_CHARACTERS)}…` : shown;
  return found.set(path, { exact, shown: cut });
}

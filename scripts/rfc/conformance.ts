/** The conformance table: what the code and the tests say of each RFC, gathered from their references. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findReferences } from './find-references.ts';
import { KNOWN_RFCS } from './known-rfcs.ts';
import { OMISSIONS, type Omission } from './omissions.ts';

/** Where an RFC is named. */
export interface Place {
  /** From the project's folder, with slashes. */
  readonly file: string;
  readonly line: number;
}

export interface RfcRow {
  readonly rfc: number;
  readonly title: string;
  readonly speaks: boolean;
  /** By section, in the order of the RFC; '' for the RFC as a whole. */
  readonly code: ReadonlyMap<string, readonly Place[]>;
  readonly tests: readonly Place[];
  readonly omissions: readonly Omission[];
}

const CODE = /\.(?:ts|vue)$/;
const TEST = /\.test\.ts$|^test\//;
const TEST_FILES = /\.(?:ts|smtp|py)$/;

/** Rows by RFC number. RFCs that nothing names are left out. */
export function readConformance(root: string): RfcRow[] {
  const rows = new Map<number, { readonly code: Map<string, Place[]>; readonly tests: Place[] }>();
  for (const file of listFiles(root)) {
    for (const { rfc, section, line } of findReferences(readFileSync(join(root, file), 'utf8'))) {
      const row = rows.get(rfc) ?? { code: new Map<string, Place[]>(), tests: new Array<Place>() };
      rows.set(rfc, row);
      const places = TEST.test(file) ? row.tests : (row.code.get(section ?? '') ?? []);
      places.push({ file, line });
      if (!TEST.test(file)) row.code.set(section ?? '', places);
    }
  }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([rfc, { code, tests }]) => ({
      rfc,
      title: KNOWN_RFCS.get(rfc)?.title ?? '(no title in scripts/rfc/known-rfcs.ts)',
      speaks: KNOWN_RFCS.get(rfc)?.speaks ?? true,
      code: new Map([...code].sort(([a], [b]) => compareSections(a, b))),
      tests,
      omissions: OMISSIONS.filter((omission) => omission.rfc === rfc),
    }));
}

function listFiles(root: string): string[] {
  const list = (folder: string, wanted: RegExp): string[] =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && wanted.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .sort();
  // The conformance checks name RFCs without testing them.
  const tests = list('test', TEST_FILES).filter((file) => !file.startsWith('test/static/'));
  return [...list('src-main', CODE), ...list('src-renderer', CODE), ...tests];
}

/** §2 before §10; the RFC as a whole first, appendices last. */
function compareSections(a: string, b: string): number {
  const [left, right] = [a, b].map((section) => section.startsWith('Appendix'));
  if (left !== right) return left === true ? 1 : -1;
  return a.localeCompare(b, 'en', { numeric: true });
}

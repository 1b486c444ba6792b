/**
 * Fails when an entry of package-lock.json lacks a version: so a half-published package shows, which `npm install` takes
 * and `npm ci` refuses; and when one names the address it was fetched from, which need not be the next machine's.
 */
import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const entries = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && entry.link !== true);
const problems = entries.flatMap(([path, entry]) => [
  ...(entry.version === undefined ? [`${path}: no version`] : []),
  ...(entry.resolved === undefined ? [] : [`${path}: names an address (${entry.resolved})`]),
]);
for (const problem of problems) console.error(`package-lock.json: ${problem}`);
console.log(`package-lock.json: ${entries.length} packages, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

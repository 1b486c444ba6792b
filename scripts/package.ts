/**
 * `npm run package`: what is released without Electron: the npm package, the Debian package, a tarball, and their checksums.
 *
 * node scripts/package.ts [--out DIR] [--only npm|debian|tarball]: `out` must have been built. The same source gives the same octets.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_FOLDER } from './build-if-needed.ts';
import { makeDebianPackage, readVersion } from './package/debian.ts';
import { layOut, setTimes } from './package/layout.ts';
import { run } from './run-step.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'packages' }, only: { type: 'string' } },
});
const out = resolve(values.out);
const facts = { version: readVersion(), builtAt: commitTime() };
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), 'postroom-package-'));
try {
  if (wants('npm')) await packNpm();
  if (wants('debian')) await makeDebianPackage({ work, out }, facts);
  if (wants('tarball')) await packTarball();
} finally {
  rmSync(work, { recursive: true });
}
writeChecksums();

function wants(kind: string): boolean {
  return values.only === undefined || values.only === kind;
}

async function packNpm(): Promise<void> {
  await must('npm', ['pack', '--silent', '--pack-destination', out], PROJECT_FOLDER);
}

async function packTarball(): Promise<void> {
  const name = `postroom-${facts.version}-${process.platform}-${process.arch}`;
  layOut(join(work, name));
  setTimes(join(work, name), facts.builtAt);
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const archive = join(work, `${name}.tar`);
  await must('tar', [...same, '-cf', archive, name], work);
  await must('gzip', ['-n', '-6', archive], work);
  await must('mv', [`${archive}.gz`, out], work);
}

/** Of the source, not of the build. */
function commitTime(): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined) return Number(given);
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], {
    cwd: PROJECT_FOLDER,
    encoding: 'utf8',
  });
  return Number(stdout.trim() || 0);
}

async function must(program: string, args: readonly string[], cwd: string): Promise<void> {
  const code = await run(program, args, { cwd, output: 'standardError' });
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}`);
}

function writeChecksums(): void {
  const files = readdirSync(out).filter((name) => name.startsWith('postroom'));
  const lines = files.sort().map((name) => {
    const sum = createHash('sha256')
      .update(readFileSync(join(out, name)))
      .digest('hex');
    return `${sum}  ${name}\n`;
  });
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
}

/**
 * `npm test`: everything that has to hold before a change goes to main; CI runs exactly this.
 *
 * Each step is a command; the first that fails is named at the end, and the others run all the same. Under CI=true
 * nothing may be left out: a missing program is a failure there and one line elsewhere.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMissing } from './debian-packages.ts';
import { run } from './run-step.ts';

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const results = mkdtempSync(join(tmpdir(), 'postroom-test-'));

function vitest(name: string, ...args: readonly string[]): Step {
  const report = join(results, `${name.replaceAll(' ', '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, command: 'vitest', args: ['run', ...args, ...reporters] };
}

const STEPS: readonly Step[] = [
  { name: 'lock file', command: 'node', args: ['scripts/check-lock-file.ts'] },
  { name: 'format', command: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: 'eslint', args: ['.'] },
  {
    name: 'import rules',
    command: 'depcruise',
    args: ['src-main', 'src-renderer', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'types std', command: 'tsc', args: ['-p', 'tsconfig.std.json'] },
  { name: 'types node', command: 'tsc', args: ['-p', 'tsconfig.node.json'] },
  { name: 'types preload', command: 'tsc', args: ['-p', 'tsconfig.preload.json'] },
  { name: 'types web', command: 'vue-tsc', args: ['-p', 'tsconfig.web.json'] },
  { name: 'build', command: 'electron-vite', args: ['build', '--logLevel', 'warn'] },
  vitest('unit and dialogues'),
  vitest('whole system', '--config', 'vitest.system.config.ts'),
];

const started = Date.now();
const missing = await installMissing();
if (missing.length > 0) {
  const names = missing.map((program) => program.package).join(', ');
  console.log(`postroom tests: left out what needs ${names} (not installed here)`);
}
const failed = missing.length > 0 && process.env['CI'] === 'true' ? ['programs'] : [];
for (const step of STEPS) {
  console.log(`\n=== ${step.name}`);
  const at = Date.now();
  const code = await run(step.command, step.args);
  console.log(
    `=== ${step.name}: ${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - at) / 1000).toFixed(1)} s)`,
  );
  if (code !== 0) failed.push(step.name);
}
const counts = countTests();
rmSync(results, { recursive: true });
console.log(
  `\n${failed.length === 0 ? 'all steps ok' : `failed: ${failed.join(', ')}`} in ${seconds(started)} s`,
);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = failed.length === 0 && counts.failed === 0 && counts.passed > 0 ? 0 : 1;

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}

function countTests(): { passed: number; failed: number } {
  const reports = STEPS.filter((step) => step.command === 'vitest').map((step) => {
    const path = step.args.at(-1)?.replace('--outputFile.json=', '') ?? '';
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as { numPassedTests: number; numFailedTests: number };
    } catch {
      return { numPassedTests: 0, numFailedTests: 1 };
    }
  });
  return {
    passed: reports.reduce((sum, report) => sum + report.numPassedTests, 0),
    failed: reports.reduce((sum, report) => sum + report.numFailedTests, 0),
  };
}

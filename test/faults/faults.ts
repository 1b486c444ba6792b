/**
 * All faults: npm run test:faults -- [--only disk]. Needs root (a small disk is mounted), strace, libfaketime and prlimit, all of Debian.
 *
 * What users see, how it goes on and whether anything acknowledged was lost go to test/PROOF.md.
 */
import { parseArgs } from 'node:util';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { FAULTS } from './faults-of-machines.ts';
import { tryFault, type FaultReport } from './trial.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const began = new Date();
const reports: FaultReport[] = [];
for (const fault of FAULTS.filter(({ name }) => name.includes(values.only ?? ''))) {
  const report = await tryFault(fault);
  reports.push(report);
  console.log(JSON.stringify(report, null, 2));
}
const problems = reports.flatMap((report) => report.problems.map((problem) => `${report.name}: ${problem}`));
const isStuck = reports.some(({ afterwards }) => afterwards.includes('DOES NOT'));
if (values.only === undefined) await writeTable();
console.log(`${reports.length} faults, ${problems.length} problems`);
process.exitCode = problems.length === 0 && !isStuck ? 0 : 1;

async function writeTable(): Promise<void> {
  const rows = reports.map((report) => [
    `${report.name} (${report.how})`,
    [...report.replies.map((reply) => `“${reply}”`), ...report.log.map((text) => `log: ${text}`)].join(
      '<br>',
    ) || 'nothing',
    report.acknowledged,
    report.problems.length === 0 ? 'none' : report.problems.join('<br>'),
    report.afterwards,
  ]);
  const head = [
    'fault',
    'what users and the log say meanwhile',
    'acknowledged',
    'lost or doubled',
    'afterwards',
  ];
  await writeProofSection('faults', [describeRun(began), markdownTable(head, rows)].join('\n\n'));
}

/**
 * The long run: npm run test:crash -- [--cuts 1000] [--seed 1]
 *
 * Four fifths under the mixed load, the rest shared by migrations and relay. Figures go to test/PROOF.md.
 */
import { parseArgs } from 'node:util';
import { describeRun, markdownTable, writeProofSection } from '../support/proof-page.ts';
import { runMigrationRounds } from './migration-rounds.ts';
import { runMixedRounds } from './mixed-rounds.ts';
import { runRelayRounds } from './relay-rounds.ts';

const MOST_TOLD = 20;

const { values } = parseArgs({ options: { cuts: { type: 'string' }, seed: { type: 'string' } } });
const cuts = Number(values.cuts ?? 1_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const began = new Date();

const migration = await runMigrationRounds(Math.round(cuts / 10), seed);
const relay = await runRelayRounds(Math.round(cuts / 10));
const mixed = await runMixedRounds(cuts - 2 * Math.round(cuts / 10), seed);
const problems = [...mixed.problems, ...migration.problems, ...relay.problems];
const kinds = [...mixed.cuts].sort(([, a], [, b]) => b - a);

await writeProofSection(
  'crash',
  [
    `${describeRun(began)} Seed ${seed}.`,
    markdownTable(
      ['killed at', 'cuts'],
      [
        ...kinds.map(([name, count]) => [`mixed load: ${name}`, count]),
        [
          'migration from an older version (before, during and after its copy, steps and commits)',
          migration.cuts,
        ],
        ['relay under load, at a random moment', relay.rounds],
      ],
    ),
    markdownTable(
      ['what was counted', ''],
      [
        [
          'things acknowledged under the mixed load (letters, IMAP, POP3 and ManageSieve deeds)',
          mixed.acknowledged,
        ],
        ['messages looked at by the audits, whole', mixed.audited],
        ['recipients acknowledged and relayed', relay.relayed],
        ["relayed twice: killed between the next hop's 250 and our commit of it", relay.doubled],
        ['problems', problems.length],
      ],
    ),
    ...problems.slice(0, MOST_TOLD).map((problem) => `- ${problem}`),
  ].join('\n\n'),
);
for (const problem of problems) console.log(problem);
console.log(`${cuts} cuts with seed ${seed}: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

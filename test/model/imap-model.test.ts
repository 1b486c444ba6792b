/**
 * Random operations of several sessions on one mailbox, against a model of it: what each client was told, and what the server
 * says when asked, agrees with the model wherever the client may know everything.
 *
 * A failure prints its seed. POSTROOM_MODEL_RUNS makes it longer, POSTROOM_MODEL_SEED repeats a run.
 */
import fc from 'fast-check';
import { test } from 'vitest';
import { ACTIONS } from './actions.ts';
import type { ActionName } from './actions.ts';
import { MODEL_OFFICES } from './model-offices.ts';
import { CLIENT_KINDS, FLAGS, World } from './world.ts';

/** On disk each run opens a data folder of its own. */
const RUNS = {
  memory: Number(process.env['POSTROOM_MODEL_RUNS'] ?? 60),
  SQLite: Number(process.env['POSTROOM_MODEL_RUNS'] ?? 8),
};
const SEED = process.env['POSTROOM_MODEL_SEED'];

const step = fc.record({
  action: fc.constantFrom(...(Object.keys(ACTIONS) as ActionName[])),
  client: fc.nat(CLIENT_KINDS.length - 1),
  from: fc.nat(9),
  to: fc.nat(9),
  byUid: fc.boolean(),
  operation: fc.constantFrom('+' as const, '+' as const, '-' as const, '' as const),
  isSilent: fc.boolean(),
  flag: fc.constantFrom(...FLAGS),
});

test.each(['memory', 'SQLite'] as const)(
  'sessions, server on %s and model agree, whatever the clients do',
  { timeout: 20_000 + RUNS.SQLite * 2_000 },
  async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
        const office = await MODEL_OFFICES[name]();
        try {
          const world = new World(office);
          await world.open();
          for (const { action, ...choice } of steps) await ACTIONS[action](world, choice);
          for (let client = 0; client < CLIENT_KINDS.length; client++) {
            await ACTIONS.noop(world, { ...LAST, client });
          }
        } finally {
          await office.close();
        }
      }),
      { numRuns: RUNS[name], ...(SEED !== undefined && { seed: Number(SEED) }) },
    );
  },
);

/** Every client asks once more. */
const LAST = { from: 0, to: 0, byUid: false, operation: '+', isSilent: false, flag: '\\Seen' } as const;

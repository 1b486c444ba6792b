import { createRouterClient } from '@orpc/server';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleWorld } from '../../../test/support/console-world.ts';
import { MOVING, seedMoveIn } from '../../../test/support/move-in-seed.ts';
import { systemClock } from '../system-clock.ts';
import type { MoveInSource } from '../../contract/move-in.ts';
import { createConsoleRouter } from './router.ts';

const SECRET = 'only-anna-knows-this-77';
const LIST: MoveInSource = {
  ...{ from: 'servers', server: 'old.example', mustVerify: true },
  csv: `address,password\nanna@server1.com,${SECRET}`,
};
let world: ConsoleWorld;

beforeEach(() => {
  world = new ConsoleWorld({ clock: systemClock });
  seedMoveIn(world.moveIn);
});

function connect() {
  const visitor = {
    shell: 'desktop' as const,
    isLocal: true,
    remoteAddress: '127.0.0.1',
    administrator: () => 'admin',
  };
  return createRouterClient(createConsoleRouter(world.services()), { context: { visitor } });
}

/** What the feed shows after each of these. */
async function follow(steps: readonly (() => Promise<unknown>)[]): Promise<readonly unknown[]> {
  const waiting = [...steps];
  const shown: unknown[] = [];
  for await (const event of await connect().moveIn.watch()) {
    if (event.type === 'snapshot') shown.push(event.snapshot.job?.state ?? null);
    const next = waiting.shift();
    if (next === undefined) break;
    await next();
  }
  return shown;
}

describe('moving in', () => {
  it('is looked at, begun, cancelled, caught up with and finished, and whoever watches sees it', async () => {
    const { moveIn } = connect();
    expect(await moveIn.preview(LIST)).toEqual(world.moveIn.plan);
    const shown = await follow([
      () => moveIn.start(LIST),
      () => moveIn.cancel(),
      () => moveIn.catchUp(),
      () => moveIn.finish(),
    ]);
    expect(shown).toEqual([null, 'running', 'cancelled', 'running', null]);
  });

  it('is refused while it is under way, and where there is nothing to catch up with', async () => {
    const { moveIn } = connect();
    await expect(moveIn.catchUp()).rejects.toMatchObject({ data: { reason: 'nothingChosen' } });
    world.moveIn.put(MOVING);
    await expect(moveIn.start(LIST)).rejects.toMatchObject({ data: { reason: 'moveInUnderWay' } });
  });

  it.each([
    { ...LIST, server: 'https://old.example/' },
    { ...LIST, csv: 'x'.repeat(1_000_001) },
    { from: 'hmailserver', place: '', mailPlace: null },
    { from: 'elsewhere' },
  ])('of what is no source is refused: %j', async (source) => {
    await expect(connect().moveIn.preview(source as MoveInSource)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('never has a password in the audit log', async () => {
    await connect().moveIn.preview(LIST);
    await connect().moveIn.start(LIST);
    const entries = await world.access.audit.list({ limit: 10 });
    expect(entries.map(({ call }) => call)).toEqual(['moveIn.start', 'moveIn.preview']);
    expect(JSON.stringify(entries)).toContain('old.example');
    expect(JSON.stringify(entries)).not.toContain(SECRET);
  });
});

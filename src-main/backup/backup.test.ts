import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPlace } from '../../test/support/memory-place.ts';
import { RECOVERY_KEY, SmallRepository, type Files } from '../../test/support/small-repository.ts';
import { ManualClock } from '../base/clock.ts';
import { PACK_OCTETS } from './limits.ts';
import { PlaceProblem } from './port.ts';
import { lockRepository } from './repository/repository-lock.ts';
import { Repository } from './repository/repository.ts';
import { sweep } from './sweep.ts';
import { verifyRepository } from './verify.ts';

const signal = new AbortController().signal;
const run = { signal, onProgress: () => undefined };
const octets = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

function plain(files: Files): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('base64')]),
  );
}

describe('a backup', () => {
  test('comes back octet for octet', async () => {
    const files = {
      'postroom.db': octets(700_000),
      'content/a.eml': octets(2_500_000),
      'content/empty.eml': octets(0),
      'postroom.secret': octets(32),
    };
    const small = new SmallRepository();
    const { files: restored, lost } = await small.restore(await small.backUp(files));
    expect(plain(restored)).toEqual(plain(files));
    expect(lost).toEqual([]);
  });

  test('of any edits comes back as each state was', async () => {
    const edit = fc.record({
      at: fc.nat(300_000),
      length: fc.integer({ min: 0, max: 100_000 }),
      grows: fc.boolean(),
      name: fc.constantFrom('content/a.eml', 'content/b.eml', 'content/c.eml'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const small = new SmallRepository();
        let state: Record<string, Uint8Array> = { 'postroom.db': octets(200_000) };
        const taken = [];
        for (const { at, length, grows, name } of edits) {
          const database = Buffer.from(state['postroom.db'] ?? []);
          const wider = grows ? Buffer.concat([database, octets(length)]) : database;
          wider.set(octets(Math.max(0, Math.min(length, wider.length - at))), Math.min(at, wider.length));
          // Files are written once: an edit adds one or removes it.
          const { [name]: before, ...others } = state;
          state = {
            ...others,
            'postroom.db': wider,
            ...(before === undefined && { [name]: octets(length) }),
          };
          taken.push({ record: await small.backUp(state), state });
        }
        for (const { record, state: then } of taken)
          expect(plain((await small.restore(record)).files)).toEqual(plain(then));
      }),
      { numRuns: 15 },
    );
  });

  test('stores only what is new', async () => {
    const small = new SmallRepository();
    const database = octets(8_000_000);
    const files = { 'postroom.db': database, 'content/a.eml': octets(3_000_000) };
    await small.backUp(files);
    const changed = Uint8Array.from(database);
    changed.set(octets(10), 4_000_000);
    const { addedOctets } = await small.backUp({ ...files, 'postroom.db': changed });
    expect(addedOctets).toBeGreaterThan(64 * 1024);
    expect(addedOctets).toBeLessThan(140 * 1024);
  });

  test('tells nothing to who has not the key', async () => {
    const small = new SmallRepository();
    const words = Buffer.from('tom@server1.com has a secret '.repeat(1000));
    await small.backUp({ 'postroom.db': words, 'content/1jm4q8v2k7d3fz0x.eml': words });
    const all = Buffer.concat(
      [...small.place.objects].flatMap(([name, content]) => [Buffer.from(name), content]),
    );
    for (const word of ['tom@', 'secret', 'postroom.db', '1jm4q8v2k7d3fz0x', 'eml'])
      expect(all.includes(word)).toBe(false);
  });

  test('keeps its objects small', async () => {
    const small = new SmallRepository();
    await small.backUp({ 'postroom.db': octets(3 * PACK_OCTETS) });
    for (const content of small.place.objects.values())
      expect(content.length).toBeLessThanOrEqual(PACK_OCTETS);
    expect(small.place.namesIn('packs').length).toBeGreaterThanOrEqual(4);
  });
});

describe('a backup that is cut off', () => {
  test('at any object leaves a repository whose older backups are whole, and the next one goes on', async () => {
    const small = new SmallRepository();
    const first = { 'postroom.db': octets(300_000), 'content/a.eml': octets(500_000) };
    const before = await small.backUp(first);
    const second = { ...first, 'content/b.eml': octets(PACK_OCTETS + 500_000) };
    for (let allowed = 0; allowed < 4; allowed++) {
      let puts = 0;
      small.place.onPut = () => {
        if (puts++ === allowed) throw new PlaceProblem('full', 'there is no room left');
      };
      await expect(small.backUp(second)).rejects.toThrow('no room');
      small.place.onPut = () => undefined;
      expect(plain((await small.restore(before)).files)).toEqual(plain(first));
    }
    const after = await small.backUp(second);
    expect(plain((await small.restore(after)).files)).toEqual(plain(second));
    const repository = await small.open();
    await sweep(repository, { expired: [], signal });
    expect(plain((await small.restore(after)).files)).toEqual(plain(second));
    expect(new Set(small.place.namesIn('packs'))).toEqual(new Set((await small.open()).index.packs));
  });

  test('by a place that has gone says so', async () => {
    const small = new SmallRepository();
    await small.backUp({ 'postroom.db': octets(1000) });
    small.place.onPut = () => {
      small.place.gone = true;
      throw new PlaceProblem('gone', 'memory is not there any more');
    };
    await expect(small.backUp({ 'postroom.db': octets(1000) })).rejects.toMatchObject({ trouble: 'gone' });
  });

  test('by somebody leaves no record', async () => {
    const small = new SmallRepository();
    const stop = new AbortController();
    small.signal = stop.signal;
    small.place.onPut = (name) => name.startsWith('packs/') && stop.abort();
    await expect(small.backUp({ 'postroom.db': octets(2 * PACK_OCTETS) })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(small.place.namesIn('snapshots')).toEqual([]);
  });
});

describe('a sweep', () => {
  test('removes what only expired backups need, and leaves the others whole', async () => {
    const small = new SmallRepository();
    const kept = octets(2_000_000);
    const old = await small.backUp({ 'postroom.db': octets(4_000_000), 'content/a.eml': kept });
    const files = { 'postroom.db': octets(100_000), 'content/a.eml': kept };
    const newer = await small.backUp(files);
    const before = small.place.putOctets;
    const report = await sweep(await small.open(), { expired: [old.id], signal });
    expect(report.removedSnapshots).toBe(1);
    expect(report.freedOctets).toBeGreaterThan(3_500_000);
    // What was moved and nothing else was written.
    expect(small.place.putOctets - before).toBeLessThan(2_200_000);
    expect(plain((await small.restore(newer)).files)).toEqual(plain(files));
  });

  test('that is cut off at any write or removal leaves all backups whole', async () => {
    for (let allowed = 0; allowed < 6; allowed++) {
      const small = new SmallRepository();
      const kept = octets(1_000_000);
      const old = await small.backUp({ 'postroom.db': octets(3_000_000), 'content/a.eml': kept });
      const newer = await small.backUp({ 'content/a.eml': kept });
      cutAfter(small.place, allowed);
      await sweep(await small.open(), { expired: [old.id], signal }).catch(() => undefined);
      small.place.gone = false;
      small.place.onPut = () => undefined;
      expect(plain((await small.restore(newer)).files)).toEqual(plain({ 'content/a.eml': kept }));
    }
  });
});

/** The place goes after so many writes and removals. */
function cutAfter(place: MemoryPlace, allowed: number): void {
  let done = 0;
  const count = (): void => {
    if (done++ >= allowed) {
      place.gone = true;
      throw new PlaceProblem('gone', 'cut');
    }
  };
  place.onPut = count;
  const remove = place.remove.bind(place);
  place.remove = async (name) => {
    count();
    await remove(name);
  };
}

describe('damage', () => {
  const files = { 'postroom.db': octets(100_000), 'content/a.eml': octets(500_000) };

  test('of a pack costs the files in it, which are named with it; the rest comes back', async () => {
    const small = new SmallRepository();
    await small.backUp({ 'postroom.db': files['postroom.db'] });
    const packs = new Set(small.place.namesIn('packs'));
    const record = await small.backUp(files);
    const [pack = ''] = small.place.namesIn('packs').filter((name) => !packs.has(name));
    small.place.damage(pack);
    const { files: restored, lost } = await small.restore(record);
    expect(lost).toEqual([{ path: 'content/a.eml', pack }]);
    expect(plain(restored)).toEqual(plain({ 'postroom.db': files['postroom.db'] }));
  });

  test('of the database stops a restore with the name of the pack', async () => {
    const small = new SmallRepository();
    const record = await small.backUp(files);
    // The database comes first.
    const [pack = ''] = small.place.namesIn('packs');
    small.place.damage(pack, 100);
    await expect(small.restore(record)).rejects.toThrow(pack);
  });

  test('is found by a look at the repository, and the next backup stores again what was damaged', async () => {
    const small = new SmallRepository();
    const record = await small.backUp(files);
    const [pack = ''] = small.place.namesIn('packs');
    small.place.damage(pack);
    const report = await verifyRepository(await small.open(), run);
    expect(report.damagedPacks).toEqual([pack]);
    expect(report.brokenSnapshots).toEqual([record.id]);
    const again = await small.backUp(files);
    for (const each of [again, record])
      expect(plain((await small.restore(each)).files)).toEqual(plain(files));
    expect(await verifyRepository(await small.open(), run)).toMatchObject({
      damagedPacks: [pack],
      brokenSnapshots: [],
    });
  });

  test('of a pack that is gone is found as well', async () => {
    const small = new SmallRepository();
    await small.backUp(files);
    const [pack = ''] = small.place.namesIn('packs');
    small.place.objects.delete(pack);
    expect((await verifyRepository(await small.open(), run)).damagedPacks).toEqual([pack]);
  });
});

describe('a repository', () => {
  test('opens with its own recovery key only', async () => {
    const small = new SmallRepository();
    await small.backUp({ 'postroom.db': octets(10) });
    await expect(Repository.open(small.place, octets(32))).rejects.toMatchObject({ code: 'wrongKey' });
  });

  test('is not made where something else lies', async () => {
    const place = new MemoryPlace();
    place.objects.set('holiday.jpg', octets(10));
    await expect(Repository.openOrCreate(place, RECOVERY_KEY)).rejects.toMatchObject({ code: 'foreign' });
  });

  test('is written to by one at a time', async () => {
    const small = new SmallRepository();
    const clock = new ManualClock();
    const unlock = await lockRepository(await small.open(), { clock, holder: 'one' });
    await expect(lockRepository(await small.open(), { clock, holder: 'two' })).rejects.toMatchObject({
      code: 'locked',
    });
    await unlock();
    await (
      await lockRepository(await small.open(), { clock, holder: 'two' })
    )();
    expect(small.place.namesIn('locks')).toEqual([]);
  });

  test('is not held by who was cut off: not for its own data folder, not for others after half an hour', async () => {
    const small = new SmallRepository();
    const clock = new ManualClock();
    await lockRepository(await small.open(), { clock, holder: 'one' });
    const dead = new ManualClock(clock.now());
    await (
      await lockRepository(await small.open(), { clock: dead, holder: 'one' })
    )();
    await lockRepository(await small.open(), { clock: dead, holder: 'one' });
    const later = new ManualClock(clock.now() + 31 * 60_000);
    await (
      await lockRepository(await small.open(), { clock: later, holder: 'two' })
    )();
  });
});

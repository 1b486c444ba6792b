/**
 * What two offices must get right besides their story (test/e2e/two-offices.test.ts): aliases that lead to both, and no circles.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRoot, TwoOffices, until } from '../support/two-offices.ts';

describe.runIf(isRoot)('two offices', () => {
  let offices: TwoOffices;

  beforeAll(async () => {
    offices = await TwoOffices.open();
  });

  afterAll(() => offices.close());

  it('an alias may lead to both offices, each person getting one copy', async () => {
    const { server1, server2, anna, tom, jack } = offices;
    expect((await server1.submit(anna, 'friends@server1.com', 'Holidays')).code).toBe(0);
    await Promise.all([
      offices.arrives(tom, server1, 'Holidays'),
      offices.arrives(jack, server2, 'Holidays'),
    ]);
    await until(async () => (await server1.queue()).length === 0, 'an empty queue');
  });

  it('mail never goes in a circle through ourselves', async () => {
    const { dns, server1, tom } = offices;
    dns.zone = {
      ...dns.zone,
      'circle.example': { MX: [[10, 'circle.example']], A: [server1.address] },
      'named.example': { MX: [[10, 'mail.server1.com']] },
    };
    expect((await server1.submit(tom, 'x@circle.example,y@named.example', 'Round')).code).toBe(0);
    await until(async () => {
      const all = await server1.readOverImap(tom);
      return all.includes('x@circle.example') && all.includes('y@named.example') && all.includes('5.4.6');
    }, 'DSNs of the loop');
    await until(async () => (await server1.queue()).length === 0, 'an empty queue');
  });
});

import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { createCachingResolver } from './caching-resolver.ts';
import type { DnsResolver, LookUp } from './resolver.ts';

const FOUND: LookUp<string> = { kind: 'found', records: ['v=spf1 -all'] };
const FAILED: LookUp<string> = { kind: 'temporaryFailure', reason: 'no answer' };

class Scene {
  readonly clock = new ManualClock();
  readonly asked: string[] = [];
  answer: LookUp<string> = FOUND;
  /** Whether the name servers are silent: nothing comes back. */
  isSilent = false;
  readonly resolver = createCachingResolver(
    { txt: (name: string) => this.#lookUp(name) } as unknown as DnsResolver,
    this.clock,
  );

  #lookUp(name: string): Promise<LookUp<string>> {
    this.asked.push(name);
    return this.isSilent ? new Promise(() => undefined) : Promise.resolve(this.answer);
  }
}

describe('the caching resolver', () => {
  test('asks once for what many messages ask, also while it is being asked', async () => {
    const scene = new Scene();
    const answers = await Promise.all([scene.resolver.txt('a.example'), scene.resolver.txt('a.example')]);
    expect(answers).toEqual([FOUND, FOUND]);
    await scene.resolver.txt('b.example');
    expect(scene.asked).toEqual(['a.example', 'b.example']);
  });

  test('asks again after half a minute, and soon after a failure', async () => {
    const scene = new Scene();
    await scene.resolver.txt('a.example');
    scene.clock.advance(30_000);
    scene.answer = FAILED;
    expect(await scene.resolver.txt('a.example')).toEqual(FAILED);
    scene.clock.advance(4_999);
    await scene.resolver.txt('a.example');
    expect(scene.asked).toHaveLength(2);
    scene.clock.advance(1);
    scene.answer = FOUND;
    expect(await scene.resolver.txt('a.example')).toEqual(FOUND);
  });

  test('does not wait for silent name servers again and again, and tries them once more later', async () => {
    const scene = new Scene();
    scene.isSilent = true;
    for (const name of ['a', 'b', 'c']) void scene.resolver.txt(name);
    scene.clock.advance(2_000);
    for (const name of ['d', 'e']) {
      expect((await scene.resolver.txt(name)).kind).toBe('temporaryFailure');
    }
    expect(scene.asked).toEqual(['a', 'b', 'c']);
    scene.clock.advance(30_000);
    scene.isSilent = false;
    expect(await scene.resolver.txt('f')).toEqual(FOUND);
  });

  test('takes quick refusals for no silence', async () => {
    const scene = new Scene();
    scene.answer = FAILED;
    for (const name of ['a', 'b', 'c', 'd']) await scene.resolver.txt(name);
    expect(scene.asked).toHaveLength(4);
  });

  test('keeps no more than it may', async () => {
    const scene = new Scene();
    for (let name = 0; name <= 10_000; name++) await scene.resolver.txt(String(name));
    await scene.resolver.txt('0');
    await scene.resolver.txt('10000');
    expect(scene.asked).toHaveLength(10_002);
  });
});

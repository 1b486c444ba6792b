import { expect, it } from 'vitest';
import { SingleRun } from './single-run.ts';

function slowWork() {
  const runs: (() => void)[] = [];
  const work = new SingleRun(() => new Promise((resolve) => runs.push(resolve)));
  return { runs, work };
}

it('who asks while it runs waits for that run', async () => {
  const { runs, work } = slowWork();
  const both = [work.run(), work.run()];
  expect(runs).toHaveLength(1);
  runs[0]?.();
  await Promise.all(both);
  void work.run();
  expect(runs).toHaveLength(2);
});

it('stopping tells the work, and waits for its end', async () => {
  const { runs, work } = slowWork();
  void work.run();
  let isOver = false;
  const stopping = work.stop().then(() => (isOver = true));
  expect(work.isStopped).toBe(true);
  expect(isOver).toBe(false);
  runs[0]?.();
  await stopping;
});

it('a run that fails is over: the next one begins anew', async () => {
  let runs = 0;
  const work = new SingleRun(() => (runs++ === 0 ? Promise.reject(new Error('no')) : Promise.resolve()));
  await expect(work.run()).rejects.toThrow('no');
  await work.run();
  expect(runs).toBe(2);
});

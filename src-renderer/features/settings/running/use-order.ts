/** An order to the machine: what it says against it is the problem. */
import type { RunningOutcome } from '../../../../src-main/contract/running.ts';
import type { Action } from '../../../ui/action.ts';
import { useAction } from '../../shared/use-action.ts';

export function useOrder(order: () => Promise<RunningOutcome>): Action {
  const action = useAction(async () => {
    const { problem } = await order();
    if (problem !== null) refused = problem;
  });
  let refused: string | null = null;

  async function run(): Promise<boolean> {
    refused = null;
    const isDone = await action.run();
    if (refused !== null) action.problem.value = refused;
    return isDone && refused === null;
  }

  return { ...action, run };
}

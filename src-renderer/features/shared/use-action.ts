/** One thing that a form or a button does: busy while it runs, and what went wrong if it did. */
import { type Ref, ref } from 'vue';
import { problemText } from './problem-text.ts';

export interface Action {
  readonly isBusy: Ref<boolean>;
  readonly problem: Ref<string>;
  run(): Promise<boolean>;
}

export function useAction(act: () => Promise<unknown>): Action {
  const isBusy = ref(false);
  const problem = ref('');

  async function run(): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    problem.value = '';
    try {
      await act();
      return true;
    } catch (error) {
      problem.value = problemText(error);
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return { isBusy, problem, run };
}

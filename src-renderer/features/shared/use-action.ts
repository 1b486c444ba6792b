/** An action of a store: what was refused is its problem, as a sentence. */
import { ref } from 'vue';
import type { Action } from '../../ui/action.ts';
import { problemText } from './problem-text.ts';

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

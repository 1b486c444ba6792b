/** An action about backups: what is wrong is shown as refusals are. */
import { ref } from 'vue';
import type { BackupTroubleView } from '../../../../src-main/contract/backups.ts';
import type { Action } from '../../../ui/action.ts';
import { useAction } from '../../shared/use-action.ts';
import { troubleText } from './backup-words.ts';

/** `done` runs where nothing was wrong. */
export function useOutcome(
  act: () => Promise<{ trouble: BackupTroubleView | null }>,
  done: () => void = () => undefined,
): Action {
  const trouble = ref('');
  const action = useAction(async () => {
    trouble.value = '';
    const outcome = await act();
    if (outcome.trouble === null) done();
    else trouble.value = `${troubleText(outcome.trouble)} (${outcome.trouble.message})`;
  });
  const run = async (): Promise<boolean> => {
    const isDone = await action.run();
    if (trouble.value !== '') action.problem.value = trouble.value;
    return isDone && trouble.value === '';
  };
  return { ...action, run };
}

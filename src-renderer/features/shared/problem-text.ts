/** What went wrong, as a sentence. */
import { t } from '../../locales/text.ts';
import { problemOf } from '../../stores/problem.ts';
import { notifyProblem } from '../../ui/notify.ts';
import { ScriptRefusedError } from './script-refused.ts';

export function problemText(error: unknown): string {
  if (error instanceof ScriptRefusedError) return error.message;
  const { key, params } = problemOf(error);
  return t(key, params);
}

/** Does something that may be refused; says why where it was, and answers whether it was done. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    notifyProblem(problemText(error));
    return false;
  }
}

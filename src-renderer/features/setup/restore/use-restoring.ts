/**
 * A restore that is under way before anybody can sign in: how far it is, until the server has begun anew with what was restored.
 *
 * The page asks, since there is no connection before a sign-in; a server that does not answer is starting.
 */
import { onUnmounted, ref, shallowRef } from 'vue';
import type { BackupJobView, BackupTroubleView } from '../../../../src-main/contract/backups.ts';
import { useSessionStore } from '../../../stores/session.ts';
import { useSetupStore } from '../../../stores/setup.ts';

const ASK_EVERY_MS = 700;

export type Stage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly job: BackupJobView | null }
  /** All of it is there: the server begins anew, by itself or by hand. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly trouble: BackupTroubleView };

export function useRestoring(beginner: () => { token?: string }) {
  const session = useSessionStore();
  const setup = useSetupStore();
  const stage = shallowRef<Stage>({ kind: 'idle' });
  const isStopping = ref(false);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isOver = false;

  function askLater(): void {
    if (!isOver) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
  }

  async function ask(): Promise<void> {
    try {
      const { job, trouble, isRestartDue } = await setup.restoreProgress(beginner());
      if (isRestartDue) stage.value = { kind: 'ready' };
      else if (job !== null) stage.value = { kind: 'running', job };
      else if (trouble !== null) return void (stage.value = { kind: 'failed', trouble });
    } catch {
      // It does not answer, or has an administrator by now: whoever asks who we are is told.
      await session.ask();
    }
    askLater();
  }

  function begin(): void {
    isStopping.value = false;
    stage.value = { kind: 'running', job: null };
    askLater();
  }

  /** Goes on with what was begun before the page was loaded. */
  async function resume(): Promise<void> {
    const { job, isRestartDue } = await setup.restoreProgress(beginner());
    if (job?.kind === 'restore' || isRestartDue) begin();
  }

  async function cancel(): Promise<void> {
    isStopping.value = true;
    await setup.cancelRestore(beginner());
  }

  onUnmounted(() => {
    isOver = true;
    if (timer !== null) clearTimeout(timer);
  });

  return { stage, isStopping, begin, resume, cancel };
}

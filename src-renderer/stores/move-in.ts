/** Move-in store: what will come from another server, and how far it is. */
import { defineStore } from 'pinia';
import type { MoveInPreview, MoveInSource, MoveInView } from '../../src-main/contract/move-in.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useMoveInStore = defineStore('moveIn', () => {
  const live = createLive<undefined, MoveInView, never>({
    open: (_input, signal) => useConsole().client.moveIn.watch(undefined, { signal }),
    show: (view) => view,
    keepsView: true,
  });
  const preview = (source: MoveInSource): Promise<MoveInPreview> =>
    useConsole().client.moveIn.preview(source);
  const start = (source: MoveInSource): Promise<void> => useConsole().client.moveIn.start(source);
  const cancel = (): Promise<void> => useConsole().client.moveIn.cancel();
  const catchUp = (): Promise<void> => useConsole().client.moveIn.catchUp();
  const finish = (): Promise<void> => useConsole().client.moveIn.finish();
  return { live, preview, start, cancel, catchUp, finish };
});

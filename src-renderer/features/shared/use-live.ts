/** Follows a store's feed while the component is there, again whenever its input changes. */
import { onScopeDispose, watch } from 'vue';

interface Startable<Input> {
  start(input: Input): void;
  stop(): void;
}

export function useLive<Input>(live: Startable<Input>, input: () => Input): void {
  let last: string | undefined;
  watch(
    input,
    (value) => {
      const text = JSON.stringify(value) ?? '';
      if (text === last) return;
      last = text;
      live.start(value);
    },
    { immediate: true },
  );
  onScopeDispose(() => live.stop());
}

/** Now: the time for relative words, moving on once a second while anybody looks. */
import { onScopeDispose, readonly, ref, type Ref } from 'vue';

const TICK_MS = 1000;
const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | null = null;

export function useNow(): Readonly<Ref<number>> {
  users++;
  timer ??= setInterval(() => (now.value = Date.now()), TICK_MS);
  onScopeDispose(() => {
    users--;
    if (users > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  });
  return readonly(now);
}

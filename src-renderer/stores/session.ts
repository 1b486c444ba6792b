/** Session store: who is at the console, and so which of sign-in, setup and the pages is shown. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { SessionState } from '../../src-main/contract/session.ts';
import { mayDo, type Need } from '../../src-main/contract/roles.ts';
import type { ConnectionState } from '../host/connection.ts';
import { useConsole } from '../host/console.ts';
import { askPasskey, mayUsePasskeys } from '../host/passkey.ts';

/** A page that cannot reach the host at start asks again after this. */
const ASK_AGAIN_MS = 2000;

export const useSessionStore = defineStore('session', () => {
  const state = shallowRef<SessionState | null>(null);
  const connectionState = ref<ConnectionState>('closed');
  const isSignedIn = computed(() => state.value?.kind === 'signedIn');
  let askTimer: ReturnType<typeof setTimeout> | null = null;

  function take(next: SessionState): void {
    state.value = next;
    const { connection, isDesktop } = useConsole();
    if (next.kind === 'signedIn' || isDesktop) connection.open();
    else connection.close();
  }

  /** Asks the host who we are; asks on until it answers. */
  async function ask(): Promise<void> {
    if (askTimer !== null) clearTimeout(askTimer);
    askTimer = null;
    const { client, connection, isDesktop } = useConsole();
    if (isDesktop) connection.open();
    try {
      take(await client.session.state());
    } catch {
      askTimer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    }
  }

  function begin(): void {
    const { connection } = useConsole();
    connection.onState((next) => (connectionState.value = next));
    void ask();
  }

  async function signIn(name: string, password: string): Promise<void> {
    take(await useConsole().client.session.signIn({ name, password }));
  }

  /** A code of the phone, or a recovery code. */
  async function confirm(code: string): Promise<void> {
    take(await useConsole().client.session.confirm({ code }));
  }

  async function confirmByPasskey(): Promise<void> {
    const { session } = useConsole().client;
    take(await session.confirmPasskey({ response: await askPasskey(await session.challenge()) }));
  }

  /** Whether the role of who is signed in may do it; the host decides, the page only shows no more than that. */
  function may(need: Need): boolean {
    return state.value?.kind === 'signedIn' && !state.value.mustEnrol && mayDo(state.value.role, need);
  }

  async function signOut(): Promise<void> {
    take(await useConsole().client.session.signOut());
  }

  function reconnect(): void {
    useConsole().connection.retryNow();
  }

  const steps = { mayUsePasskeys, signIn, confirm, confirmByPasskey, signOut };
  return { state, connectionState, isSignedIn, begin, ask, take, may, ...steps, reconnect };
});

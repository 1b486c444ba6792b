/** Relay store: rules, routes and the smart host as they stand; how they are changed and tried out. */
import { defineStore } from 'pinia';
import type {
  ConnectionEvent,
  ConnectionTest,
  RelayInput,
  RelayRule,
  RelaySetUp,
  RouteInput,
  SelfTestEvent,
  TryOutInput,
  TryOutResult,
} from '../../src-main/contract/relay.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useRelayStore = defineStore('relay', () => {
  const live = createLive<void, RelaySetUp, never>({
    open: (_, signal) => useConsole().client.relay.watch(undefined, { signal }),
    show: (setUp) => setUp,
    keepsView: true,
  });

  /** The whole list; refused where somebody else has changed it since it was shown. */
  async function changeRules(rules: readonly RelayRule[]): Promise<void> {
    const revision = live.view.value?.revision ?? '';
    live.view.value = await useConsole().client.relay.changeRules({ revision, rules });
  }

  async function changeRelay(relay: RelayInput): Promise<void> {
    const revision = live.view.value?.revision ?? '';
    live.view.value = await useConsole().client.relay.changeRouting({ revision, relay });
  }

  async function changeRoutes(routes: readonly RouteInput[]): Promise<void> {
    const revision = live.view.value?.revision ?? '';
    live.view.value = await useConsole().client.relay.changeRouting({ revision, routes });
  }

  function tryOut(input: TryOutInput): Promise<TryOutResult> {
    return useConsole().client.relay.tryOut(input);
  }

  function testConnection(
    test: ConnectionTest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ConnectionEvent>> {
    return useConsole().client.relay.testConnection(test, { signal });
  }

  function selfTest(signal: AbortSignal): Promise<AsyncIterable<SelfTestEvent>> {
    return useConsole().client.relay.selfTest(undefined, { signal });
  }

  return { ...live, changeRules, changeRelay, changeRoutes, tryOut, testConnection, selfTest };
});

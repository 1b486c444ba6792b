/** Delivery test handler. Invariants: a run ends when the page has gone, and after RUN_MS whatever the hosts do. */
import { parseAddress } from '../../format/address.ts';
import { guardedCalls, refusal } from './base.ts';
import type { ConsoleServices } from './services.ts';

/** Some hosts let strangers wait for half a minute before each reply; nobody watches longer. */
const RUN_MS = 2 * 60_000;

export function createDeliveryTestHandlers({ relayDesk, directory, clock, settings }: ConsoleServices) {
  return {
    run: guardedCalls.deliveryTest.run.handler(async function* ({ input, signal }) {
      const { address, everyHost } = input;
      const reversePath = input.from ?? (await findPostmaster({ directory, settings }));
      for (const each of reversePath === '' ? [address] : [address, reversePath])
        if (!parseAddress(each, { allowUtf8: true }).ok) throw refusal('invalidAddress');
      const stopping = new AbortController();
      const stop = (): void => stopping.abort();
      const cancel = clock.after(RUN_MS, stop);
      signal?.addEventListener('abort', stop, { once: true });
      try {
        yield* relayDesk.testDelivery({ address, reversePath, everyHost, signal: stopping.signal });
      } finally {
        cancel();
        stop();
      }
    }),
  };
}

/** RFC 5321 §4.5.1: every domain that takes mail has one. */
async function findPostmaster({
  directory,
  settings,
}: Pick<ConsoleServices, 'directory' | 'settings'>): Promise<string> {
  const [domain] = await directory.listDomains();
  return `postmaster@${domain?.name ?? (await settings.read()).hostname}`;
}

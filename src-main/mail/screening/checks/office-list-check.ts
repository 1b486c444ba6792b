/** The office's lists of senders as a check. Who signed in, and devices of ours, are not looked up. */
import type { CheckFinding, MessageCheck } from '../facts.ts';
import { CHECK_TIMEOUT_MS } from '../limits.ts';
import { judgeSenderByLists } from '../sender-lists/judge-sender.ts';
import type { SenderListStore } from '../sender-lists/port.ts';
import { OFFICE } from '../store-port.ts';

/** `found`: what the other checks found, the proof of the author among it. */
export function createOfficeListCheck(store: SenderListStore, found: readonly CheckFinding[]): MessageCheck {
  return {
    name: 'officeList',
    timeoutMs: CHECK_TIMEOUT_MS,
    applies: ({ origin, isFromDevice }) => origin === 'reception' && !isFromDevice,
    run: async ({ octets, reversePath, client }) => {
      const listed = await judgeSenderByLists(store, OFFICE, {
        ...{ octets, reversePath, clientAddress: client.address },
        provenDomain: found.find(({ provenDomain }) => provenDomain !== undefined)?.provenDomain,
      });
      return listed === null ? [] : [listed];
    },
  };
}

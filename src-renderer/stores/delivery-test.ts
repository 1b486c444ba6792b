/** Delivery test store: one run at a time; what it told stays until the next. */
import { defineStore } from 'pinia';
import type { DeliveryTestEvent, DeliveryTestInput } from '../../src-main/contract/delivery-test.ts';
import { useConsole } from '../host/console.ts';

export const useDeliveryTestStore = defineStore('deliveryTest', () => {
  function run(input: DeliveryTestInput, signal: AbortSignal): Promise<AsyncIterable<DeliveryTestEvent>> {
    return useConsole().client.deliveryTest.run(input, { signal });
  }

  return { run };
});

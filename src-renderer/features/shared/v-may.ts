/** `v-may="'accounts.change'"`: shows a button to those only whose role may do what it does. The host decides all the same. */
import { type Directive, watchEffect } from 'vue';
import type { Need } from '../../../src-main/contract/roles.ts';
import { useSessionStore } from '../../stores/session.ts';

const stops = new WeakMap<HTMLElement, () => void>();

export const vMay: Directive<HTMLElement, Need> = {
  mounted: (element, { value }) => {
    const session = useSessionStore();
    const stop = watchEffect(() => {
      element.hidden = !session.may(value);
    });
    stops.set(element, stop);
  },
  unmounted: (element) => stops.get(element)?.(),
};

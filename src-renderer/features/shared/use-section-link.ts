/** Links from other pages name a section of a page; it is shown once it is there. */
import { nextTick, watch } from 'vue';
import { useRoute } from 'vue-router';

export function useSectionLink(isThere: () => boolean): void {
  const route = useRoute();
  watch(
    [isThere, () => route.hash],
    async ([hasSections]) => {
      if (!hasSections || route.hash === '') return;
      await nextTick();
      document.querySelector(route.hash)?.scrollIntoView({ block: 'start' });
    },
    { immediate: true },
  );
}

/** A value that lives in the address, so that a filtered page can be linked and gone back to. */
import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export function useQueryValue(name: string): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const value = route.query[name];
      return typeof value === 'string' ? value : '';
    },
    set: (value) => {
      const { [name]: _, ...rest } = route.query;
      void router.replace({ query: value === '' ? rest : { ...rest, [name]: value } });
    },
  });
}

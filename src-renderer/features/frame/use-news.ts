/** Shows what has come to need the administrator while the page is open, once. */
import { onBeforeUnmount, watch } from 'vue';
import { useRouter } from 'vue-router';
import { t } from '../../locales/text.ts';
import { useNoticesStore } from '../../stores/notices.ts';
import { notifyNews } from '../../ui/notify.ts';
import { attentionSentence, attentionWay } from '../shared/attention-words.ts';

export function useNews(): void {
  const store = useNoticesStore();
  const router = useRouter();
  const openedAt = Date.now();
  const seen = new Set<string>();
  store.start(undefined);
  onBeforeUnmount(() => store.stop());
  watch(
    () => store.view,
    (notices) => {
      for (const { id, at, item } of notices ?? []) {
        if (at < openedAt || seen.has(id)) continue;
        seen.add(id);
        const { label, to } = attentionWay(item);
        const tone = item.severity === 'error' ? 'error' : 'warning';
        notifyNews(attentionSentence(item, at), tone, { label: t(label), act: () => void router.push(to) });
      }
    },
  );
}

/** Orders to the queue from the page: asked about where they take something away or concern many, then told, and undone. */
import { shallowRef } from 'vue';
import type { QueueSelection, SteeringAction, SteeringProgress } from '../../../src-main/contract/queue.ts';
import { t } from '../../locales/text.ts';
import { useQueueStore } from '../../stores/queue.ts';
import { notifyDone, notifyProblem } from '../../ui/notify.ts';
import { attempt } from '../shared/problem-text.ts';

export interface Order {
  readonly action: SteeringAction;
  readonly selection: QueueSelection;
  /** How many recipients are selected now. */
  readonly count: number;
}

export function useOrders(onDone: () => void = () => undefined) {
  const store = useQueueStore();
  const asked = shallowRef<Order | null>(null);

  function give(order: Order): void {
    if (order.action === 'remove' || order.count > 1) asked.value = order;
    else void carryOut(order);
  }

  async function carryOut(order: Order): Promise<void> {
    asked.value = null;
    onDone();
    await attempt(async () => tell(order, await store.steer(order.action, order.selection)));
  }

  function tell({ action }: Order, end: SteeringProgress): void {
    if (end.state === 'failed') return notifyProblem(t('queue.orderFailed', { count: end.changed }));
    const isUndoable = (action === 'hold' || action === 'release') && end.changed > 0;
    const undo = { label: t('common.undo'), act: () => void attempt(() => store.undo(end.job)) };
    notifyDone(t(`queue.done.${action}`, { count: end.changed }), isUndoable ? undo : undefined);
  }

  return {
    asked,
    give,
    confirm: () => {
      if (asked.value !== null) void carryOut(asked.value);
    },
    forget: () => {
      asked.value = null;
    },
  };
}

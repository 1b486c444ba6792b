/** Orders to the queue from the page: asked about where they need more, take something away or concern many; told; undone. */
import { shallowRef } from 'vue';
import type {
  QueueSelection,
  RecipientEdit,
  SteeringAction,
  SteeringOrder,
  SteeringProgress,
} from '../../../src-main/contract/queue.ts';
import { t } from '../../locales/text.ts';
import { useSteeringStore } from '../../stores/steering.ts';
import { notifyDone, notifyProblem } from '../../ui/notify.ts';
import { attempt } from '../shared/problem-text.ts';

export interface Order {
  readonly action: SteeringAction;
  readonly selection: QueueSelection;
  /** How many recipients are selected now. */
  readonly count: number;
}

const UNDOABLE: readonly SteeringAction[] = ['hold', 'release', 'changeNextHop'];

export function useOrders(onDone: () => void = () => undefined) {
  const store = useSteeringStore();
  const asked = shallowRef<Order | null>(null);

  function give(order: Order): void {
    const { action, selection, count } = order;
    if (action === 'remove' || action === 'bounce' || action === 'changeNextHop' || count > 1)
      asked.value = order;
    else void carryOut({ action }, selection);
  }

  async function carryOut(order: SteeringOrder, selection: QueueSelection): Promise<void> {
    asked.value = null;
    onDone();
    await attempt(async () => tell(order.action, await store.steer(order, selection)));
  }

  function tell(action: SteeringAction, end: SteeringProgress): void {
    if (end.state === 'failed') return notifyProblem(t('queue.orderFailed', { count: end.changed }));
    const isUndoable = UNDOABLE.includes(action) && end.changed > 0;
    notifyDone(t(`queue.done.${action}`, { count: end.changed }), isUndoable ? undoOf(end.job) : undefined);
  }

  function undoOf(job: string) {
    return { label: t('common.undo'), act: () => void attempt(() => store.undo(job)) };
  }

  return {
    asked,
    give,
    /** With what was asked for. */
    confirm: (order: SteeringOrder) => {
      if (asked.value !== null) void carryOut(order, asked.value.selection);
    },
    forget: () => {
      asked.value = null;
    },
    /** Throws where it is refused. */
    edit: async (edit: RecipientEdit) => {
      notifyDone(t('queue.edit.done'), undoOf(await store.editRecipients(edit)));
    },
  };
}

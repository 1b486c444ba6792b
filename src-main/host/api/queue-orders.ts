/** Queue handlers that change something: orders to recipients, their undoing, edits, and next hops that rest. */
import type { SteeringProgress } from '../../contract/queue.ts';
import type { QueuePlace, SteeringOrder } from '../../mail/queue/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { checkNextHop, editRecipients } from './queue-edits.ts';
import type { SteeringJobs } from './queue-steering.ts';
import { toFilter, type FilterInput } from './queue.ts';
import type { ConsoleServices } from './services.ts';

export function createQueueOrderHandlers(services: ConsoleServices, jobs: SteeringJobs) {
  const { clock } = services;
  return {
    steer: guardedCalls.queue.steer.handler(async ({ input: { order, selection }, context }) => {
      if (order.action === 'changeNextHop') await checkNextHop(services, order.nextHop);
      const facts = { selection: toSelection(selection), by: context.administrator, at: clock.now() };
      return jobs.begin({ ...order, ...facts });
    }),

    editRecipients: guardedCalls.queue.editRecipients.handler(async ({ input, context }) => {
      const edit = { ...input, by: context.administrator, at: clock.now() };
      return { job: jobs.noteEdit(await editRecipients(services, edit)) };
    }),

    undoSteering: guardedCalls.queue.undoSteering.handler(async ({ input, context }) => {
      const inverse = jobs.inverseOf(input.job);
      if (inverse === null) throw refusal('tooLateToUndo');
      const signature = { by: context.administrator, at: clock.now() };
      if (inverse.kind === 'orders')
        return jobs.begin(...inverse.orders.map((each) => ({ ...each, ...signature })));
      const job = jobs.noteEdit(await editRecipients(services, { ...inverse.edit, ...signature }));
      return doneAtOnce(job);
    }),

    stopSteering: guardedCalls.queue.stopSteering.handler(({ input }) => jobs.stop(input.job)),

    tryNextHop: guardedCalls.queue.tryNextHop.handler(({ input: { name }, context }) =>
      retryAll({ services, jobs, nextHop: name, by: context.administrator }),
    ),
  };
}

/** Its rest ends, and all that waited for that is due. */
async function retryAll(order: {
  readonly services: ConsoleServices;
  readonly jobs: SteeringJobs;
  readonly nextHop: string;
  readonly by: string;
}): Promise<void> {
  const { services, jobs, nextHop, by } = order;
  services.nextHops.tryNow(nextHop);
  const selection = { kind: 'filter', filter: { nextHop } } as const;
  await jobs.begin({ action: 'retryNow', selection, by, at: services.clock.now() });
}

async function* doneAtOnce(job: string): AsyncGenerator<SteeringProgress, void, void> {
  yield { job, state: 'done', changed: 1, selected: 1 };
}

function toSelection(
  selection:
    | { readonly kind: 'filter'; readonly filter: FilterInput }
    | { readonly kind: 'places'; readonly places: readonly QueuePlace[] },
): SteeringOrder['selection'] {
  if (selection.kind === 'places') return selection;
  return { kind: 'filter', filter: toFilter(selection.filter) };
}

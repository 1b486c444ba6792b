/** Queue handlers that change something: orders to recipients, their undoing, edits, and next hops that rest. */
import type { SteeringProgress } from '../../contract/queue.ts';
import type { QueuePlace, SteeringOrder } from '../../mail/queue/port.ts';
import { guardedCalls, refusal } from './base.ts';
import { checkNextHop, editRecipients } from './queue-edits.ts';
import type { SteeringJobs } from './queue-steering.ts';
import { toFilter, type FilterInput } from './queue.ts';
import type { ConsoleServices } from './services.ts';

/** More rest seldom at once. */
const MOST_NEXT_HOPS = 500;

export function createQueueOrderHandlers(services: ConsoleServices, jobs: SteeringJobs) {
  const { clock } = services;
  return {
    steer: guardedCalls.queue.steer.handler(async ({ input: { order, selection }, context }) => {
      if (order.action === 'changeNextHop') await checkNextHop(services, order.nextHop);
      if (order.action === 'retryNow') await endRests(services, toSelection(selection));
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

/** Who says now means now: the next hops of what is selected rest no longer. */
async function endRests(services: ConsoleServices, selection: SteeringOrder['selection']): Promise<void> {
  const resting = services.nextHops.list().filter(({ restsUntil }) => restsUntil !== null);
  if (resting.length === 0) return;
  const names = await nextHopsOf(services, selection);
  for (const { name } of resting) if (names.has(name)) services.nextHops.tryNow(name);
}

async function nextHopsOf(
  { queue }: ConsoleServices,
  selection: SteeringOrder['selection'],
): Promise<ReadonlySet<string>> {
  if (selection.kind === 'filter') {
    const groups = await queue.groupLines(selection.filter, 'nextHop', MOST_NEXT_HOPS);
    return new Set(groups.map(({ key }) => key));
  }
  const ids = [...new Set(selection.places.map(({ entryId }) => entryId))].slice(0, MOST_NEXT_HOPS);
  const entries = await Promise.all(ids.map((id) => queue.find(id)));
  return new Set(entries.flatMap((entry) => entry?.recipients.flatMap(({ nextHop }) => nextHop ?? []) ?? []));
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

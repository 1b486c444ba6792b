/** Quarantine handlers: list it, look at a message safely, release, delete. */
import type { QuarantinedMessage as MessageView } from '../../contract/screening.ts';
import {
  reasonOf,
  type QuarantinedMessage,
  type QuarantineFilter,
} from '../../mail/screening/quarantine/port.ts';
import { guardedCalls } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

type Selection =
  | { readonly kind: 'ids'; readonly ids: readonly number[] }
  | { readonly kind: 'filter'; readonly text: string };

export function createQuarantineHandlers(services: ConsoleServices) {
  const { clock, meter, screening } = services;
  const { quarantine } = screening;
  return {
    watchQuarantine: guardedCalls.screening.watchQuarantine.handler(({ input, signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: async () => {
          const { text, account, offset, limit } = input;
          const filter = { text, ...(account !== null && { accountId: account }) };
          const messages = await quarantine.list(filter, { offset, limit });
          return { items: await toViews(services, messages), total: await quarantine.count(filter) };
        },
        open: (changed) =>
          unsubscribeAll(
            quarantine.onChange(changed),
            meter.onEvent(({ type }) => {
              if (type === 'quarantined') changed();
            }),
          ),
      }),
    ),

    readQuarantined: guardedCalls.screening.readQuarantined.handler(({ input: { id } }) =>
      quarantine.read(id),
    ),

    releaseQuarantined: guardedCalls.screening.releaseQuarantined.handler(async ({ input, context }) => ({
      count: await quarantine.release(toFilter(input.selection), context.administrator),
    })),

    removeQuarantined: guardedCalls.screening.removeQuarantined.handler(async ({ input, context }) => ({
      count: await quarantine.remove(toFilter(input.selection), context.administrator),
    })),
  };
}

function toFilter(selection: Selection): QuarantineFilter {
  return selection.kind === 'ids' ? { ids: selection.ids } : { text: selection.text };
}

async function toViews(
  { directory, screening: { quarantine } }: ConsoleServices,
  messages: readonly QuarantinedMessage[],
): Promise<readonly MessageView[]> {
  const accounts = new Map((await directory.listAccounts()).map(({ id, address }) => [id, address]));
  return messages.map((message) => {
    const { id, traceId, author, reversePath, recipient, subject, sizeBytes, keptAt, verdict } = message;
    return {
      ...{ id, traceId, author, reversePath, recipient, subject, sizeBytes, keptAt },
      account: accounts.get(message.accountId) ?? '',
      expiresAt: quarantine.expiresAt(message),
      score: verdict.score,
      reason: reasonOf(message),
    };
  });
}

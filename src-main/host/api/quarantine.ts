/** Quarantine handlers: list it, look at a message safely, release, delete. */
import type { QuarantinedMessage as MessageView, QuarantineOwner } from '../../contract/screening.ts';
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
  { readonly kind: 'ids'; readonly ids: readonly number[] } | ({ readonly kind: 'filter' } & SearchedWords);

interface SearchedWords {
  readonly text: string;
  readonly owner: QuarantineOwner;
}

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
          const { offset, limit } = input;
          const filter = toWords(input);
          const messages = await quarantine.list(filter, { offset, limit });
          return { items: toViews(services, messages), total: await quarantine.count(filter) };
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
      count: await quarantine.release(toFilter(input.selection), {
        by: context.administrator,
        learns: input.learns,
      }),
    })),

    removeQuarantined: guardedCalls.screening.removeQuarantined.handler(async ({ input, context }) => ({
      count: await quarantine.remove(toFilter(input.selection), context.administrator),
    })),
  };
}

function toFilter(selection: Selection): QuarantineFilter {
  return selection.kind === 'ids' ? { ids: selection.ids } : toWords(selection);
}

function toWords({ text, owner }: SearchedWords): QuarantineFilter {
  return { text, ...(owner !== 'anybody' && { isOffices: owner === 'office' }) };
}

function toViews(
  { screening: { quarantine } }: ConsoleServices,
  messages: readonly QuarantinedMessage[],
): readonly MessageView[] {
  return messages.map((message) => {
    const { id, traceId, author, reversePath, recipient, subject, sizeBytes, keptAt, verdict } = message;
    return {
      ...{ id, traceId, author, reversePath, recipient, subject, sizeBytes, keptAt },
      account: message.address,
      isOffices: message.accountId === null,
      kind: message.kind,
      goesOn: message.way.kind === 'queue',
      expiresAt: quarantine.expiresAt(message),
      score: verdict.score,
      reason: reasonOf(verdict),
    };
  });
}

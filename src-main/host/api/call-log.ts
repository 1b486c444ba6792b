/** Call log: a call that failed through our own fault is logged here with its cause; the page only hears that it failed. */
import { onError, ORPCError } from '@orpc/server';
import type { StandardHandlerOptions } from '@orpc/server/standard';
import type { Logger } from '../../base/logger.ts';
import type { ConsoleContext } from './services.ts';

export type CallInterceptors = NonNullable<StandardHandlerOptions<ConsoleContext>['interceptors']>;

export function logFailedCalls(logger: Logger): CallInterceptors {
  return [
    onError((error) => {
      if (error instanceof ORPCError && error.status < 500) return;
      if (error instanceof Error && error.name === 'AbortError') return;
      logger.error('a call of the console failed', { error });
    }),
  ];
}

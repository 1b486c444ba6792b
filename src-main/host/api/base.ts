/**
 * Base: where every handler of the console starts: the implementer, the one check of sign-in, the one way to refuse.
 */
import { implement, ORPCError } from '@orpc/server';
import type { Result } from '../../base/result.ts';
import { consoleContract } from '../../contract/contract.ts';
import type { RefusalReason } from '../../contract/errors.ts';
import type { ConsoleContext } from './services.ts';

/** For the few calls that nobody needs to be signed in for. */
export const openCalls = implement(consoleContract).$context<ConsoleContext>();

/** For all others: they know who calls. */
export const guardedCalls = openCalls.use(({ context, next }) => {
  const administrator = context.visitor.administrator();
  if (administrator === null) throw new ORPCError('UNAUTHORIZED', { status: 401 });
  return next({ context: { administrator } });
});

/** The error that tells the page why not; to be thrown. */
export function refusal(reason: RefusalReason): ORPCError<'REFUSED', { reason: RefusalReason }> {
  return new ORPCError('REFUSED', { status: 422, data: { reason } });
}

/** The value, or the refusal thrown. */
export function valueOf<T>(result: Result<T, RefusalReason>): T {
  if (result.ok) return result.value;
  throw refusal(result.error);
}

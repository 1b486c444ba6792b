/**
 * Base: where every handler of the console starts: the implementer, who calls, the one way to refuse. What a caller may do is
 * decided before (gate.ts).
 */
import { implement, ORPCError } from '@orpc/server';
import type { Result } from '../../base/result.ts';
import { consoleContract } from '../../contract/contract.ts';
import type { RefusalReason } from '../../contract/errors.ts';
import type { ConsoleContext } from './services.ts';

/** For the few calls that nobody needs to be signed in for. */
export const openCalls = implement(consoleContract).$context<ConsoleContext>();

/** For all others: they know who calls. */
export const guardedCalls = openCalls.use(({ context: { caller }, next }) => {
  if (caller === undefined) throw unauthorized();
  return next({ context: { administrator: caller.name, caller } });
});

export function unauthorized(): ORPCError<'UNAUTHORIZED', undefined> {
  return new ORPCError('UNAUTHORIZED', { status: 401 });
}

export function forbidden(): ORPCError<'FORBIDDEN', undefined> {
  return new ORPCError('FORBIDDEN', { status: 403 });
}

/** The error that tells the page why not; to be thrown. */
export function refusal(reason: RefusalReason): ORPCError<'REFUSED', { reason: RefusalReason }> {
  return new ORPCError('REFUSED', { status: 422, data: { reason } });
}

/** The value, or the refusal thrown. */
export function valueOf<T>(result: Result<T, RefusalReason>): T {
  if (result.ok) return result.value;
  throw refusal(result.error);
}

/**
 * Delivery test area: would mail for this address arrive, and where does it stop? A dry run: nothing is sent.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { callFor } from './access.ts';
import { LIMITS } from './limits.ts';
import { attemptTls } from './messages.ts';
import { dialogueLine } from './relay.ts';

export const deliveryTestPhase = z.enum([
  'route',
  'hosts',
  'mtaSts',
  'tlsa',
  'connect',
  'greeting',
  'hello',
  'tls',
  'signIn',
  'mail',
  'rcpt',
  'close',
]);
export type DeliveryTestPhase = z.infer<typeof deliveryTestPhase>;

/** What a host, or this server, says of mail for the address. */
export const deliveryVerdict = z.object({
  kind: z.enum(['accepted', 'refused', 'later', 'unreachable', 'local', 'noWay', 'stopped']),
  host: z.string().nullable(),
  /** The words of the host, or of this server. */
  reply: z.string().nullable(),
});
export type DeliveryVerdict = z.infer<typeof deliveryVerdict>;

const atMs = z.number();

/** What happens during the run; `atMs` counts from its beginning. */
export const deliveryTestEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), atMs, phase: deliveryTestPhase, host: z.string().nullable() }),
  z.object({ type: z.literal('fact'), atMs, text: z.string(), isDoubt: z.boolean() }),
  z.object({ type: z.literal('line'), atMs, line: dialogueLine }),
  z.object({ type: z.literal('tls'), atMs, tls: attemptTls }),
  /** One host has been asked. */
  z.object({ type: z.literal('hostVerdict'), atMs, verdict: deliveryVerdict }),
  z.object({ type: z.literal('done'), atMs, verdict: deliveryVerdict }),
]);
export type DeliveryTestEvent = z.infer<typeof deliveryTestEvent>;

export const deliveryTestInput = z.object({
  address: z.string().trim().min(3).max(LIMITS.addressLength),
  /** Whom the mail would be from; missing: this server's postmaster; empty: nobody, as bounces are. */
  from: z.string().trim().max(LIMITS.addressLength).exactOptional(),
  /** Also hosts that mail would not go to any more. */
  everyHost: z.boolean().default(false),
});
export type DeliveryTestInput = z.input<typeof deliveryTestInput>;

export const deliveryTestContract = {
  run: callFor('queue.change').input(deliveryTestInput).output(eventIterator(deliveryTestEvent)),
};

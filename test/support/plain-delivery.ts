/** A delivery courier for offices without rules, programs and files: every copy goes into a mailbox. */
import { err } from '../../src-main/base/result.ts';
import {
  createDeliveryCourier,
  type DeliveryCourier,
  type DeliveryCourierOptions,
} from '../../src-main/mail/delivery/create-delivery-courier.ts';
import { JUDGED_ALIKE, NO_RULES } from '../../src-main/mail/delivery/port.ts';
import { createSenderRewriting } from '../../src-main/mail/delivery/sender-rewriting.ts';

type Around = Pick<DeliveryCourierOptions, 'clock' | 'receiver' | 'content' | 'makeId' | 'directory'>;

export function createPlainDelivery(
  around: Around,
  given: Partial<DeliveryCourierOptions> = {},
): DeliveryCourier {
  return createDeliveryCourier({
    rewriting: createSenderRewriting({ secret: new Uint8Array(32), clock: around.clock }),
    mailStore: {
      listMailboxes: () => Promise.resolve([]),
      createMailbox: () => Promise.resolve(err('noSuchMailbox')),
    },
    filter: NO_RULES,
    judge: JUDGED_ALIKE,
    handOver: () => Promise.reject(new Error('nothing is handed over here')),
    ...around,
    ...given,
  });
}

/** A delivery courier for offices without rules, programs and files: every copy goes into a mailbox. */
import { err } from '../../src-main/base/result.ts';
import {
  createDeliveryCourier,
  type DeliveryCourier,
  type DeliveryCourierOptions,
} from '../../src-main/mail/delivery/create-delivery-courier.ts';
import type { ModerationDesk } from '../../src-main/mail/delivery/moderation/moderation-desk.ts';
import { KEPT, type AccountFilter, type AccountJudge } from '../../src-main/mail/delivery/port.ts';
import { createSenderRewriting } from '../../src-main/mail/delivery/sender-rewriting.ts';

type Around = Pick<DeliveryCourierOptions, 'clock' | 'receiver' | 'content' | 'makeId' | 'directory'>;

/** For those who have no rules. */
export const NO_RULES: AccountFilter = {
  hasRules: () => Promise.resolve(false),
  filter: () => Promise.resolve(KEPT),
};

/** What screening found counts for everybody alike. */
const JUDGED_ALIKE: AccountJudge = { judge: ({ verdict }) => Promise.resolve(verdict) };

/** For offices whose groups nobody moderates. */
const NO_MODERATION: ModerationDesk = {
  ask: () => Promise.reject(new Error('nobody moderates here')),
  answer: () => Promise.reject(new Error('nobody moderates here')),
};

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
    moderation: NO_MODERATION,
    spool: { readRange: () => Promise.reject(new Error('nothing is changed here')) },
    handOver: () => Promise.reject(new Error('nothing is handed over here')),
    ...around,
    ...given,
  });
}

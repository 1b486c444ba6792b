/** Senders and lessons: whom an account or the office always or never wants mail from, and what is junk to them by hand. */
import { z } from 'zod';
import { callFor } from './access.ts';
import { LIMITS } from './limits.ts';
import { accountId, count, id } from './values.ts';

/** An account; null: the office. */
const owner = accountId.nullable();
/** The address of an account; null: the office. */
const ownerAddress = z.string().max(LIMITS.addressLength).nullable();

const pattern = z.string().trim().min(1).max(LIMITS.addressLength);
export const senderLists = z.object({
  allow: z.array(pattern).max(LIMITS.listedSenders).readonly(),
  block: z.array(pattern).max(LIMITS.listedSenders).readonly(),
});
export type SenderLists = z.infer<typeof senderLists>;

export const senderList = z.enum(['allow', 'block']);
export type SenderList = z.infer<typeof senderList>;

/** What a corpus holds a message to be; null: it has learned nothing from it. */
export const heldAs = z.enum(['junk', 'mail']).nullable();
export type HeldAs = z.infer<typeof heldAs>;

/** What a message is, to the office and to an account. */
export const lesson = z.object({ office: heldAs, account: heldAs });
export type Lesson = z.infer<typeof lesson>;

export const training = z.object({
  junk: count,
  mail: count,
  /** So many of either before it judges. */
  needed: count,
});
export type Training = z.infer<typeof training>;

export const senderCalls = {
  readSenderLists: callFor('rules.read')
    .input(z.object({ account: owner }))
    .output(senderLists),
  /** Both, whole: addresses, domains, and for the office client networks. */
  changeSenderLists: callFor('rules.change')
    .input(senderLists.extend({ account: owner }))
    .output(z.void()),
  /** One sender, from a message; null: on neither list. Answers where it was before. */
  listSender: callFor('rules.change')
    .input(z.object({ owner: ownerAddress, sender: pattern, list: senderList.nullable() }))
    .output(z.object({ before: senderList.nullable() })),
  /** Says by hand what a message is; an office's lesson without an account leaves `account` null. Answers what it was before. */
  teach: callFor('rules.change')
    .input(z.object({ traceId: id, owner: ownerAddress, lesson }))
    .output(z.object({ before: lesson })),
  readTraining: callFor('rules.read')
    .input(z.object({ owner: ownerAddress }))
    .output(training),
};

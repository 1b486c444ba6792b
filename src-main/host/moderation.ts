/** The desk of moderators, built from the host's stores. */
import { createAnswerAddresses, type AnswerAddresses } from '../mail/delivery/moderation/answer-address.ts';
import { createModerationDesk, type ModerationDesk } from '../mail/delivery/moderation/moderation-desk.ts';
import type { SenderRewriting } from '../mail/delivery/sender-rewriting.ts';
import type { QueueDesk } from '../mail/queue/port.ts';
import type { MailPathOptions } from './mail-path.ts';

export function createHostAnswerAddresses({ secret, settings }: MailPathOptions): AnswerAddresses {
  return createAnswerAddresses({ secret, separators: () => settings().detailSeparators });
}

export interface ModerationParts {
  readonly rewriting: SenderRewriting;
  readonly answers: AnswerAddresses;
  readonly hostname: () => string;
  /** The running queue, which is built after the courier that works for it. */
  readonly desk: () => QueueDesk;
}

export function createModeration(
  options: MailPathOptions,
  { rewriting, answers, hostname, desk }: ModerationParts,
): ModerationDesk {
  return createModerationDesk({
    ...options,
    hostname,
    rewriting,
    content: options.storage.content,
    addresses: answers,
    queue: { find: (id) => desk().find(id), steer: (order) => desk().steer(order) },
    language: () => options.settings().noticeLanguage,
  });
}

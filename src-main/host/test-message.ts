/** The message that Setup sends at its end: an ordinary one, so that its timeline shows the real way. */
import type { AccountId, Directory } from '../directory/port.ts';
import type { TraceId } from '../mail/events.ts';
import { composeTestMessage } from './notices/test-message.ts';
import { sendOwnMessage, type OwnMessageOptions } from './own-message.ts';

export interface TestMessageOptions extends OwnMessageOptions {
  readonly directory: Directory;
}

/** Queues a test message to the account; resolves with its trace id after the commit. */
export async function sendTestMessage(options: TestMessageOptions, to: AccountId): Promise<TraceId> {
  const account = await options.directory.getAccount(to);
  if (account === null) throw new Error(`no account ${to}`);
  return sendOwnMessage(options, {
    to: account,
    ...composeTestMessage(options.language(), options.hostname()),
    reversePath: account.address,
  });
}

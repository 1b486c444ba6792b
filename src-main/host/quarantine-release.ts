/**
 * ReleaseDesk: what the link in a digest may do: show what waits, and release it, without signing in.
 *
 * Flow: link → console over HTTP → here → quarantine. Invariants: a token opens its own copy and nothing else; looking changes nothing.
 */
import type { FindingDetail } from '../base/finding-texts.ts';
import type { Clock } from '../base/clock.ts';
import type { Directory } from '../directory/port.ts';
import { reasonOf, type QuarantinedMessage, type QuarantineKind } from '../mail/screening/quarantine/port.ts';
import type { QuarantineHandler } from '../mail/screening/settings.ts';
import type { QuarantineDesk } from '../mail/screening/quarantine/quarantine-desk.ts';
import { readRelease, type ReleaseToken } from '../mail/screening/quarantine/release-token.ts';

/** Of the console over HTTP. */
export const RELEASE_PATH = '/release';

export interface WaitingCopy {
  readonly author: string;
  readonly subject: string;
  readonly reason: FindingDetail;
  readonly account: string;
}

export type ReleaseAnswer =
  | { readonly kind: 'waits'; readonly copy: WaitingCopy }
  | { readonly kind: 'released'; readonly copy: WaitingCopy }
  /** `gone`: released or deleted already. `forged`: we have not made the token. */
  | { readonly kind: 'gone' | 'expired' | 'forged' }
  /** It is not for its account to release. */
  | { readonly kind: 'administratorsOnly' };

export interface ReleaseDesk {
  look(token: string): Promise<ReleaseAnswer>;
  /** Into the mailbox, and learned as no junk. */
  release(token: string): Promise<ReleaseAnswer>;
}

export interface ReleaseDeskOptions {
  readonly quarantine: Pick<QuarantineDesk, 'list' | 'release'>;
  readonly directory: Pick<Directory, 'getAccount'>;
  /** Asked each time: a link may be older than what was decided about its kind. */
  readonly handlerOf: (kind: QuarantineKind) => QuarantineHandler;
  readonly secret: Uint8Array;
  readonly clock: Clock;
}

export function createReleaseDesk(options: ReleaseDeskOptions): ReleaseDesk {
  return {
    look: (token) => look(options, token),
    release: async (token) => {
      const answer = await look(options, token);
      const claims = readRelease(options.secret, token);
      if (answer.kind !== 'waits' || claims === null) return answer;
      const filter = { ids: [claims.id], accountId: claims.accountId };
      const count = await options.quarantine.release(filter, { by: answer.copy.account, learns: true });
      return count === 0 ? { kind: 'gone' } : { kind: 'released', copy: answer.copy };
    },
  };
}

async function look(options: ReleaseDeskOptions, token: string): Promise<ReleaseAnswer> {
  const claims = readRelease(options.secret, token);
  if (claims === null) return { kind: 'forged' };
  if (claims.expiresAt <= options.clock.now()) return { kind: 'expired' };
  const message = await find(options, claims);
  const account = await options.directory.getAccount(claims.accountId);
  if (message === null || account === null) return { kind: 'gone' };
  if (options.handlerOf(message.kind) !== 'account') return { kind: 'administratorsOnly' };
  const { author, reversePath, subject } = message;
  const from = author === '' ? reversePath : author;
  return {
    kind: 'waits',
    copy: { author: from, subject, reason: reasonOf(message.verdict), account: account.address },
  };
}

async function find(
  { quarantine }: ReleaseDeskOptions,
  { id, accountId, traceId }: ReleaseToken,
): Promise<QuarantinedMessage | null> {
  const [message] = await quarantine.list({ ids: [id], accountId }, { offset: 0, limit: 1 });
  return message?.traceId === traceId ? message : null;
}

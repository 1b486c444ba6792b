/**
 * Quarantine digests: once a day each account hears by mail of what was newly kept apart for it, with a link for each that releases it.
 *
 * Flow: clock → here → quarantine → a message of ours → the queue. Invariants: how far people have heard is kept, so that a restart
 * repeats nothing and a day on which the server was off is made good; nothing new, no mail; what a stranger wrote is shown as
 * words: one line, bounded, escaped.
 */
import type { Cancel, Clock } from '../base/clock.ts';
import type { Account, DirectoryAdmin } from '../directory/port.ts';
import { QUARANTINE_KINDS, type QuarantinedMessage } from '../mail/screening/quarantine/port.ts';
import type { QuarantineDesk } from '../mail/screening/quarantine/quarantine-desk.ts';
import { signRelease, type ReleasableCopy } from '../mail/screening/quarantine/release-token.ts';
import { composeDigest } from './notices/quarantine-digest.ts';
import { sendOwnMessage, type OwnMessageOptions } from './own-message.ts';
import type { HostSettings, SettingsStore } from './port.ts';
import { RELEASE_PATH } from './quarantine-release.ts';

/** How exactly the hour is met. */
const LOOK_EVERY_MS = 60_000;
/** What was kept apart just now may not be committed yet. */
const SETTLE_MS = 60_000;
/** More than anybody reads; the rest is a number. */
const MOST_LISTED = 50;

export interface QuarantineDigestOptions extends OwnMessageOptions {
  readonly quarantine: Pick<QuarantineDesk, 'list' | 'count' | 'expiresAt'>;
  readonly directory: Pick<DirectoryAdmin, 'listAccounts'>;
  readonly settings: Pick<SettingsStore, 'read' | 'change'>;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export function startQuarantineDigests(options: QuarantineDigestOptions): Cancel {
  let isStopped = false;
  let cancel: Cancel = () => undefined;
  const look = async (): Promise<void> => {
    await sendDue(options).catch(options.onError);
    if (!isStopped) cancel = options.clock.after(LOOK_EVERY_MS, () => void look());
  };
  void look();
  return () => {
    isStopped = true;
    cancel();
  };
}

async function sendDue(options: QuarantineDigestOptions): Promise<void> {
  const settings = await options.settings.read();
  const { digestHour } = settings.screening.quarantine;
  const until = options.clock.now() - SETTLE_MS;
  if (digestHour === null) return;
  if (settings.digestedUntil !== null && settings.digestedUntil >= lastTimeOf(digestHour, until)) return;
  for (const account of await options.directory.listAccounts()) {
    if (account.isEnabled) await sendDigest(options, { account, settings, until });
  }
  await options.settings.change({ digestedUntil: until });
}

/** When it was that hour last, by the clock on the wall. */
function lastTimeOf(hour: number, now: number): number {
  const time = new Date(now);
  time.setHours(hour, 0, 0, 0);
  if (time.getTime() > now) time.setDate(time.getDate() - 1);
  return time.getTime();
}

async function sendDigest(
  options: QuarantineDigestOptions,
  { account, settings, until }: { account: Account; settings: HostSettings; until: number },
): Promise<void> {
  const { digestedUntil, screening } = settings;
  const filter = {
    accountId: account.id,
    kinds: QUARANTINE_KINDS.filter((kind) => screening.quarantine.handledBy[kind] === 'account'),
    keptBefore: until + 1,
    ...(digestedUntil !== null && { keptAfter: digestedUntil }),
  };
  const messages = await options.quarantine.list(filter, { offset: 0, limit: MOST_LISTED });
  if (messages.length === 0) return;
  const { consoleUrl } = screening.quarantine;
  const digest = composeDigest(options.language(), {
    account: account.address,
    total: await options.quarantine.count(filter),
    entries: messages.map((message) => ({
      message,
      link: linkTo(options, consoleUrl, { ...message, accountId: account.id }),
    })),
  });
  await sendOwnMessage(options, { to: account, reversePath: '', ...digest });
}

/** Works as long as there is something that it could release. */
function linkTo(
  { quarantine, secret }: QuarantineDigestOptions,
  consoleUrl: string | null,
  message: QuarantinedMessage & ReleasableCopy,
): string | null {
  if (consoleUrl === null || !URL.canParse(consoleUrl)) return null;
  const link = new URL(RELEASE_PATH, consoleUrl);
  const { id, accountId, traceId } = message;
  const expiresAt = quarantine.expiresAt(message);
  link.searchParams.set('token', signRelease(secret, { id, accountId, traceId, expiresAt }));
  return link.href;
}

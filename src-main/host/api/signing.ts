/**
 * Signing handlers: the keys that sign mail of our domains.
 */
import type { SigningKey } from '../../contract/signing.ts';
import type { SigningKeyStatus } from '../../mail/signing/port.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 200;

export function createSigningHandlers({ clock, directory, logger, signing }: ConsoleServices) {
  const insistOnOurs = async (name: string): Promise<void> => {
    const domains = await directory.listDomains();
    if (!domains.some((domain) => domain.name === name)) throw refusal('noSuchDomain');
  };
  return {
    watch: guardedCalls.signing.watch.handler(({ signal }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => Promise.resolve(signing.list().map(toView)),
        open: signing.onChange,
      }),
    ),

    makeKeys: guardedCalls.signing.makeKeys.handler(async ({ input: { domain }, context }) => {
      await insistOnOurs(domain);
      valueOf(await signing.makeKeys(domain));
      logger.info('signing keys asked for', { domain, by: context.administrator });
    }),

    check: guardedCalls.signing.check.handler(({ input: { domain } }) => signing.check(domain)),

    remove: guardedCalls.signing.remove.handler(async ({ input: { id }, context }) => {
      valueOf(await signing.remove(id));
      logger.info('signing key removed', { id, by: context.administrator });
    }),
  };
}

/** Named one by one, so that nothing else can come out. */
function toView(key: SigningKeyStatus): SigningKey {
  const { id, domain, selector, algorithm, state, createdAt, changedAt } = key;
  const { recordName, record, publication, checkedAt } = key;
  return {
    ...{ id, domain, selector, algorithm, state, createdAt, changedAt },
    ...{ recordName, record, publication, checkedAt },
  };
}

/**
 * Sign-ins handlers: who signed in, who was closed out, app passwords, and by what means people may sign in.
 */
import type { AppPassword, SignInEntry, SignInSettings, SignInView } from '../../contract/sign-ins.ts';
import { parseAuthorities } from '../../directory/sign-in/client-authorities.ts';
import type * as port from '../../directory/sign-in/port.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 500;

export function createSignInHandlers(services: ConsoleServices) {
  const { signIns, clock, logger, settings } = services;
  const { appPasswords, blocks } = signIns;
  return {
    watch: guardedCalls.signIns.watch.handler(({ input, signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: () => describeSignIns(services, input),
        open: signIns.onChange,
      }),
    ),

    unblock: guardedCalls.signIns.unblock.handler(({ input: { id }, context }) => {
      if (blocks.unblock(id)) logger.info('opened again', { id, by: context.administrator });
    }),

    watchAppPasswords: guardedCalls.signIns.watchAppPasswords.handler(({ input, signal }) =>
      windowFeed({
        ...{ clock, signal, intervalMs: FEED_INTERVAL_MS },
        snapshot: async () => (await appPasswords.list(input.accountId)).map(toView),
        open: (changed) => unsubscribeAll(signIns.onChange(changed), appPasswords.onChange(changed)),
      }),
    ),

    addAppPassword: guardedCalls.signIns.addAppPassword.handler(async ({ input, context }) => {
      const { appPassword, secret } = valueOf(await appPasswords.add(input));
      const { accountId, name, scopes } = input;
      logger.info('app password added', { accountId, name, scopes, by: context.administrator });
      return { appPassword: toView(appPassword), secret };
    }),

    removeAppPassword: guardedCalls.signIns.removeAppPassword.handler(async ({ input: { id }, context }) => {
      valueOf(await appPasswords.remove(id));
      logger.info('app password taken back', { id, by: context.administrator });
    }),

    settings: guardedCalls.signIns.settings.handler(async () => (await settings.read()).signIn),

    changeSettings: guardedCalls.signIns.changeSettings.handler(async ({ input, context }) => {
      const { signIn } = await settings.change({ signIn: checkSettings(input) });
      logger.info('means of signing in changed', { by: context.administrator });
      return signIn;
    }),
  };
}

async function describeSignIns(
  { signIns }: ConsoleServices,
  { onlyRefused, limit, accountId }: port.SignInQuery,
): Promise<SignInView> {
  const entries = await signIns.list({
    ...{ onlyRefused: onlyRefused ?? false, limit },
    ...(accountId !== undefined && { accountId }),
  });
  const names = await namesOf(signIns.appPasswords, entries);
  return {
    blocks: signIns.blocks.listBlocks(),
    entries: entries.map((entry) => toEntry(entry, names)),
  };
}

async function namesOf(
  appPasswords: port.AppPasswordDesk,
  entries: readonly port.SignInEntry[],
): Promise<ReadonlyMap<number, string>> {
  const accounts = new Set(
    entries.flatMap(({ appPasswordId, accountId }) => (appPasswordId === null ? [] : (accountId ?? []))),
  );
  const lists = await Promise.all([...accounts].map((account) => appPasswords.list(account)));
  return new Map(lists.flat().map(({ id, name }) => [id, name]));
}

function toEntry(entry: port.SignInEntry, names: ReadonlyMap<number, string>): SignInEntry {
  const { appPasswordId, ...shown } = entry;
  return { ...shown, appPassword: appPasswordId === null ? null : (names.get(appPasswordId) ?? null) };
}

/** Named one by one, so that nothing else can come out. */
function toView({ id, name, scopes, createdAt, expiresAt, lastUse }: port.AppPassword): AppPassword {
  return { id, name, scopes, createdAt, expiresAt, lastUse };
}

/** What is no certificate would keep every client out that shows one. */
function checkSettings(settings: SignInSettings): SignInSettings {
  const { clientAuthorities } = settings;
  if (clientAuthorities === null || clientAuthorities.trim() === '')
    return { ...settings, clientAuthorities: null };
  if (parseAuthorities(clientAuthorities) === null) throw refusal('invalidCertificate');
  return settings;
}

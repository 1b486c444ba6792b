/**
 * Sieve handlers: an account's rules and scripts, and the office's.
 *
 * Invariants: a script that is wrong is never stored: the answer says what is wrong and where.
 */
import type { AccountScripts, ScriptOwner, ScriptProblem, ScriptUse } from '../../contract/sieve.ts';
import { checkScript } from '../../mail/delivery/sieve/checking/check-script.ts';
import { MAX_SCRIPT_OCTETS } from '../../mail/delivery/sieve/limits.ts';
import type { ScriptError, SieveScriptStore } from '../../mail/delivery/sieve/port.ts';
import { NO_RULES } from '../../mail/delivery/sieve/rules/rule.ts';
import { rulesToSieve } from '../../mail/delivery/sieve/rules/rules-to-sieve.ts';
import { sieveToRules } from '../../mail/delivery/sieve/rules/sieve-to-rules.ts';
import { guardedCalls, refusal } from './base.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

export function createSieveHandlers(services: ConsoleServices) {
  const { clock, directory, scripts } = services;
  const addressOf = async (accountId: number) =>
    (await directory.listAccounts()).find(({ id }) => id === accountId)?.address;
  const intervalMs = FEED_INTERVAL_MS;
  const open = (owner: ScriptOwner) => (changed: () => void) =>
    scripts.onChange((whose) => {
      if (whose === owner) changed();
    });
  return {
    watch: guardedCalls.sieve.watch.handler(({ input: { accountId }, signal }) => {
      const snapshot = async () => {
        const address = await addressOf(accountId);
        if (address === undefined) throw refusal('noSuchAccount');
        return { address, ...(await readAccount(scripts, accountId)) };
      };
      return windowFeed({ clock, signal, intervalMs, open: open(accountId), snapshot });
    }),
    watchOffice: guardedCalls.sieve.watchOffice.handler(({ signal }) =>
      windowFeed({ clock, signal, intervalMs, open: open('office'), snapshot: () => readOffice(scripts) }),
    ),
    compose: guardedCalls.sieve.compose.handler(({ input }) => {
      const text = rulesToSieve(input);
      return { text, problems: problemsOf(text) };
    }),
    check: guardedCalls.sieve.check.handler(({ input: { text } }) => {
      const problems = problemsOf(text);
      return { problems, rules: problems.length === 0 ? sieveToRules(text) : null };
    }),
    ...changingHandlers(services),
  };
}

function changingHandlers({ scripts, logger }: ConsoleServices) {
  return {
    save: guardedCalls.sieve.save.handler(async ({ input, context }) => {
      const { owner, name, text, use } = input;
      const problems = problemsOf(text);
      if (problems.length > 0) return { problems };
      insist(await scripts.put(owner, { name, text }));
      if (use !== null) insist(await scripts.setUse(owner, name, useOf(owner, use)));
      logger.info('script stored', { owner, name, use, by: context.administrator });
      return { problems };
    }),
    setUse: guardedCalls.sieve.setUse.handler(async ({ input: { owner, name, use }, context }) => {
      insist(await scripts.setUse(owner, name, use === null ? null : useOf(owner, use)));
      logger.info('script used', { owner, name, use, by: context.administrator });
    }),
    remove: guardedCalls.sieve.remove.handler(async ({ input: { owner, name }, context }) => {
      insist(await scripts.setUse(owner, name, null));
      insist(await scripts.remove(owner, name));
      logger.info('script removed', { owner, name, by: context.administrator });
    }),
  };
}

/** An account's script is active, one of the office runs before or after. */
function useOf(owner: ScriptOwner, use: ScriptUse): ScriptUse {
  if ((owner === 'office') === (use === 'active')) throw refusal('invalidScriptUse');
  return use;
}

async function readAccount(
  scripts: SieveScriptStore,
  accountId: number,
): Promise<Omit<AccountScripts, 'address'>> {
  const list = await scripts.list(accountId);
  const [active] = await scripts.inUse(accountId, 'active');
  const text = active?.text ?? '';
  return {
    scripts: list,
    name: active?.name ?? null,
    text,
    rules: text === '' ? NO_RULES : sieveToRules(text),
  };
}

async function readOffice(scripts: SieveScriptStore) {
  const list = await scripts.list('office');
  const texts = await Promise.all(list.map(({ name }) => scripts.read('office', name)));
  return list.map((row, index) => ({ ...row, text: texts[index]?.text ?? '' }));
}

function problemsOf(text: string): readonly ScriptProblem[] {
  if (Buffer.byteLength(text) > MAX_SCRIPT_OCTETS) {
    return [{ line: 1, column: 1, text: `the script is larger than ${MAX_SCRIPT_OCTETS / 1024} KiB` }];
  }
  const checked = checkScript(text);
  return checked.ok ? [] : checked.error;
}

function insist(outcome: { ok: true } | { ok: false; error: ScriptError }): void {
  if (outcome.ok) return;
  switch (outcome.error) {
    case 'noSuchScript':
      throw refusal('noSuchScript');
    case 'tooMany':
      throw refusal('tooManyScripts');
    case 'alreadyExists':
    case 'isActive':
    case 'invalidName':
      throw refusal('invalidScriptName');
  }
}

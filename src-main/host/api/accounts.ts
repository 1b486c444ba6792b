/**
 * Account handlers: who has mail here. Filtering and paging happen here, not in the page.
 */
import type { AccountPage, AccountRow, RemovalPreview } from '../../contract/accounts.ts';
import type { Account, AccountId, Alias } from '../../directory/port.ts';
import { importAccounts } from '../account-import.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { domainsShownTo } from './domain-reach.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { MailUsage } from './mail-usage.ts';
import { checkPassword } from './password-rules.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 500;

interface Query {
  readonly text: string;
  readonly domain: string | null;
  readonly withShared: boolean;
  readonly offset: number;
  readonly limit: number;
}

export function createAccountsHandlers(services: ConsoleServices, accounts: AccountReader) {
  return { ...readingHandlers(services, accounts), ...changingHandlers(services, accounts) };
}

function readingHandlers({ clock, directory, mailStore }: ConsoleServices, accounts: AccountReader) {
  return {
    list: guardedCalls.accounts.list.handler(({ input, context: { caller } }) =>
      accounts.list(input, domainsShownTo(caller)),
    ),

    watch: guardedCalls.accounts.watch.handler(({ input, signal, context: { caller } }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => accounts.list(input, domainsShownTo(caller)),
        open: (changed) => unsubscribeAll(directory.onChange(changed), mailStore.onChange(changed)),
      }),
    ),

    previewRemoval: guardedCalls.accounts.previewRemoval.handler(({ input }) =>
      accounts.previewRemoval(input.id),
    ),
  };
}

function changingHandlers(services: ConsoleServices, accounts: AccountReader) {
  const { directory, logger } = services;
  return {
    add: guardedCalls.accounts.add.handler(async ({ input, context }) => {
      const { quotaBytes, quotaMessages, ...account } = input;
      const limits = {
        ...(quotaBytes !== null && { quotaBytes }),
        ...(quotaMessages !== null && { quotaMessages }),
      };
      const known = [input.localPart, input.domain, input.name];
      await checkPassword(services, { kind: 'account', password: input.password, known });
      const added = valueOf(await directory.addAccount({ ...account, ...limits }));
      logger.info('account added', { account: added.address, by: context.administrator });
      return accounts.describe(added);
    }),

    importCsv: guardedCalls.accounts.importCsv.handler(async ({ input, context }) => {
      const outcome = await importAccounts(directory, input);
      if (input.isApplied)
        logger.info('accounts imported', { added: outcome.added, by: context.administrator });
      return outcome;
    }),

    change: guardedCalls.accounts.change.handler(async ({ input, context }) => {
      const { id, ...change } = input;
      const changed = valueOf(await directory.changeAccount(id, change));
      logger.info('account changed', { account: changed.address, by: context.administrator, ...change });
      return accounts.describe(changed);
    }),

    setPassword: guardedCalls.accounts.setPassword.handler(async ({ input, context }) => {
      await checkPassword(services, {
        ...{ kind: 'account', password: input.password },
        known: await accounts.wordsOf(input.id),
      });
      valueOf(await directory.setPassword(input.id, input.password));
      logger.info('account got a new password', { accountId: input.id, by: context.administrator });
    }),

    remove: guardedCalls.accounts.remove.handler(async ({ input, context }) => {
      const preview = await accounts.previewRemoval(input.id);
      valueOf(await directory.removeAccount(input.id));
      await accounts.forgetTarget(preview.address);
      logger.info('account removed', { ...preview, by: context.administrator });
      return preview;
    }),
  };
}

/** Reads accounts of persons and shared mailboxes as rows of the console. */
export class AccountReader {
  readonly #services: ConsoleServices;
  readonly #usage: MailUsage;

  constructor(services: ConsoleServices, usage: MailUsage) {
    this.#services = services;
    this.#usage = usage;
  }

  /** `shown`: only accounts of these domains; null: all. */
  async list(query: Query, shown: ReadonlySet<string> | null = null): Promise<AccountPage> {
    const { directory } = this.#services;
    const [accounts, aliases] = await Promise.all([directory.listAccounts(), directory.listAliases()]);
    const found = accounts.filter(
      (account) => (shown === null || shown.has(account.domain)) && matches(account, query),
    );
    const window = found.slice(query.offset, query.offset + query.limit);
    return {
      items: await Promise.all(window.map((account) => this.#row(account, aliases))),
      total: found.length,
    };
  }

  /** What a guesser knows of an account. */
  async wordsOf(id: AccountId): Promise<readonly string[]> {
    const account = (await this.#services.directory.listAccounts()).find((each) => each.id === id);
    return account === undefined ? [] : [account.localPart, account.domain, account.name];
  }

  async describe(account: Account): Promise<AccountRow> {
    return this.#row(account, await this.#services.directory.listAliases());
  }

  async previewRemoval(id: AccountId): Promise<RemovalPreview> {
    const { directory } = this.#services;
    const account = (await directory.listAccounts()).find((each) => each.id === id);
    if (account === undefined) throw refusal('noSuchAccount');
    const [usage, aliases] = await Promise.all([this.#usage.of(id), directory.listAliases()]);
    const leading = aliases.filter((alias) => leadsTo(alias, account.address));
    return {
      address: account.address,
      messages: usage.messages,
      sizeBytes: usage.usedBytes,
      mailboxes: usage.mailboxes,
      aliasesShortened: leading.filter((alias) => alias.targets.length > 1).map((alias) => alias.address),
      aliasesEmptied: leading.filter((alias) => alias.targets.length === 1).map((alias) => alias.address),
    };
  }

  /** Takes an address that is gone out of every alias; an alias that then leads nowhere goes too. */
  async forgetTarget(address: string): Promise<void> {
    const { directory } = this.#services;
    for (const alias of await directory.listAliases()) {
      if (!leadsTo(alias, address)) continue;
      const targets = alias.targets.filter((target) => !isSameAddress(target, address));
      const leadsNowhere = targets.length === 0 && alias.delivery === null && alias.group === null;
      if (leadsNowhere) await directory.removeAlias(alias.address);
      else await directory.putAlias({ ...alias, targets });
    }
  }

  async #row(account: Account, aliases: readonly Alias[]): Promise<AccountRow> {
    const { usedBytes, messages, unread } = await this.#usage.of(account.id);
    const leading = aliases.filter((alias) => leadsTo(alias, account.address));
    return { ...account, usedBytes, messages, unread, aliases: leading.map((alias) => alias.address) };
  }
}

function matches(account: Account, query: Query): boolean {
  if (account.kind === 'shared' && !query.withShared) return false;
  if (query.domain !== null && account.domain !== query.domain) return false;
  const text = query.text.toLowerCase();
  return account.address.toLowerCase().includes(text) || account.name.toLowerCase().includes(text);
}

function leadsTo(alias: Alias, address: string): boolean {
  return alias.targets.some((target) => isSameAddress(target, address));
}

function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * Domain and alias handlers: which addresses are ours.
 */
import type { AliasPage, DomainRow } from '../../contract/domains.ts';
import type { Alias, DirectoryAdmin, Domain } from '../../directory/port.ts';
import { findRuleProblem } from '../../mail/routing/relay-rules/find-rule-problem.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { domainsShownTo } from './domain-reach.ts';
import { windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

export function createDomainsHandlers(services: ConsoleServices) {
  const { clock, directory, logger } = services;
  return {
    watch: guardedCalls.domains.watch.handler(({ signal, context: { caller } }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => listDomains(directory, domainsShownTo(caller)),
        open: directory.onChange,
      }),
    ),

    add: guardedCalls.domains.add.handler(async ({ input, context }) => {
      const domain = valueOf(await directory.addDomain(input.name));
      logger.info('domain added', { domain: domain.name, by: context.administrator });
      return { ...domain, accounts: 0, aliases: 0 };
    }),

    change: guardedCalls.domains.change.handler(async ({ input, context }) => {
      const { name, ...change } = input;
      const domain = valueOf(await directory.changeDomain(name, change));
      logger.info('domain changed', { domain: name, by: context.administrator, ...change });
      return describeDomain(domain, await readAll(directory));
    }),

    remove: guardedCalls.domains.remove.handler(async ({ input, context }) => {
      if (await isLeanedOn(input.name, services)) throw refusal('domainInRules');
      valueOf(await directory.removeDomain(input.name));
      await services.publishing.forget(input.name.toLowerCase());
      logger.info('domain removed', { domain: input.name, by: context.administrator });
    }),
  };
}

/** Whether a relay rule would let strangers send to all the world below the domain, once it is not ours. */
async function isLeanedOn(name: string, { directory, settings }: ConsoleServices): Promise<boolean> {
  const { relayRules, routes } = await settings.read();
  const domains = (await directory.listDomains()).map((domain) => domain.name);
  const problem = findRuleProblem(relayRules, {
    ownDomains: domains.filter((domain) => domain !== name.toLowerCase()),
    routeNames: routes.map((route) => route.name),
  });
  return problem?.fault === 'openRelay';
}

export function createAliasesHandlers({ clock, directory, logger }: ConsoleServices) {
  return {
    list: guardedCalls.aliases.list.handler(({ input, context: { caller } }) =>
      listAliases(directory, { ...input, shown: domainsShownTo(caller) }),
    ),

    watch: guardedCalls.aliases.watch.handler(({ input, signal, context: { caller } }) =>
      windowFeed({
        clock,
        signal,
        intervalMs: FEED_INTERVAL_MS,
        snapshot: () => listAliases(directory, { ...input, shown: domainsShownTo(caller) }),
        open: directory.onChange,
      }),
    ),

    put: guardedCalls.aliases.put.handler(async ({ input, context }) => {
      const alias = valueOf(await directory.putAlias(input));
      logger.info('alias put', { alias: alias.address, by: context.administrator });
      return alias;
    }),

    remove: guardedCalls.aliases.remove.handler(async ({ input, context }) => {
      valueOf(await directory.removeAlias(input.address));
      logger.info('alias removed', { alias: input.address, by: context.administrator });
    }),
  };
}

type Shown = ReturnType<typeof domainsShownTo>;

async function listDomains(directory: DirectoryAdmin, shown: Shown): Promise<readonly DomainRow[]> {
  const [domains, rows] = await Promise.all([directory.listDomains(), readAll(directory)]);
  return domains
    .filter(({ name }) => shown === null || shown.has(name))
    .map((domain) => describeDomain(domain, rows));
}

interface DirectoryRows {
  readonly accounts: readonly { readonly domain: string }[];
  readonly aliases: readonly { readonly domain: string }[];
}

async function readAll(directory: DirectoryAdmin): Promise<DirectoryRows> {
  const [accounts, aliases] = await Promise.all([directory.listAccounts(), directory.listAliases()]);
  return { accounts, aliases };
}

function describeDomain(domain: Domain, { accounts, aliases }: DirectoryRows): DomainRow {
  const countIn = (rows: readonly { readonly domain: string }[]): number =>
    rows.filter((row) => row.domain === domain.name).length;
  return { ...domain, accounts: countIn(accounts), aliases: countIn(aliases) };
}

async function listAliases(
  directory: DirectoryAdmin,
  query: { text: string; kind: 'alias' | 'group'; offset: number; limit: number; shown: Shown },
): Promise<AliasPage> {
  const text = query.text.toLowerCase();
  const isShown = ({ domain }: Alias) => query.shown === null || query.shown.has(domain);
  const isWanted = (alias: Alias) => isShown(alias) && (alias.group !== null) === (query.kind === 'group');
  const all = (await directory.listAliases()).filter(isWanted);
  const found = all.filter((alias) =>
    [alias.address, ...alias.targets].some((address) => address.toLowerCase().includes(text)),
  );
  return { items: found.slice(query.offset, query.offset + query.limit), total: found.length };
}

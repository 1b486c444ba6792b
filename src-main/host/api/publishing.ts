/**
 * Publishing handlers: how the DNS of a domain is kept, what is to change in it, and changing it.
 *
 * Invariants: secrets are kept, never shown, and used only for the server that they were given for.
 */
import type {
  ComparedRecord,
  DomainPublishing,
  KeeperInput,
  KeeperView,
  ShownRecord,
  ZoneComparison,
} from '../../contract/publishing.ts';
import { keyOf } from '../../health/publishing/change-sets.ts';
import type { Keeper } from '../../health/publishing/keeping.ts';
import type { PublishProblem } from '../../health/publishing/port.ts';
import type { ComparedRecord as Compared, FoundRecord } from '../../health/records/compare-records.ts';
import { readZoneFile, type ReadZone } from '../../health/records/read-zone-file.ts';
import { formatZoneFile } from '../../health/records/zone-file.ts';
import { relativeName, textStrings, zoneLineOf } from '../../health/records/zone-text.ts';
import type { ZoneRecord } from '../../health/records/zone-record.ts';
import type { Result } from '../../base/result.ts';
import type { ApplyRefusal, DomainComparison } from '../publishing/publishing-desk.ts';
import { guardedCalls, refusal } from './base.ts';
import { describeRecord } from './dns-records.ts';
import type { ConsoleServices } from './services.ts';

export function createPublishingHandlers(services: ConsoleServices) {
  return { ...keepingHandlers(services), ...changeHandlers(services), ...zoneFileHandlers(services) };
}

function keepingHandlers(services: ConsoleServices) {
  const { publishing, logger } = services;
  return {
    read: guardedCalls.publishing.read.handler(async ({ input }) => {
      const domain = await ownDomain(services, input.domain);
      return describeDomain(services, domain);
    }),

    changeKeeper: guardedCalls.publishing.changeKeeper.handler(async ({ input, context }) => {
      const domain = await ownDomain(services, input.domain);
      await publishing.changeKeeper(domain, await toKeeper(services, domain, input.keeper));
      logger.info('DNS keeping changed', { domain, by: context.administrator, kind: input.keeper.kind });
      return describeDomain(services, domain);
    }),

    test: guardedCalls.publishing.test.handler(async ({ input }) => {
      const domain = await ownDomain(services, input.domain);
      const tested = await publishing.test(domain, await toKeeper(services, domain, input.keeper));
      if (!tested.ok) return { isOk: false as const, problem: tested.error };
      return { isOk: true as const, zone: tested.value.zone };
    }),
  };
}

function changeHandlers(services: ConsoleServices) {
  const { publishing, logger } = services;
  return {
    compare: guardedCalls.publishing.compare.handler(async ({ input }) => {
      const domain = await ownDomain(services, input.domain);
      const compared = await publishing.compare(domain);
      if (!compared.ok) return { isOk: false as const, problem: compared.error };
      return { isOk: true as const, comparison: describeComparison(domain, compared.value) };
    }),

    apply: guardedCalls.publishing.apply.handler(async ({ input, context }) => {
      const domain = await ownDomain(services, input.domain);
      const applied = await publishing.apply(domain, { ...input, by: context.administrator });
      logger.info('DNS changed', { domain, by: context.administrator, isOk: applied.ok });
      return describeChange(services, domain, applied);
    }),

    undo: guardedCalls.publishing.undo.handler(async ({ input, context }) => {
      const domain = await ownDomain(services, input.domain);
      const undone = await publishing.undo(domain);
      logger.info('DNS change taken back', { domain, by: context.administrator, isOk: undone.ok });
      return describeChange(services, domain, undone);
    }),

    watchSpread: guardedCalls.publishing.watchSpread.handler(async function* ({ input, signal }) {
      yield* publishing.watchSpread(await ownDomain(services, input.domain), signal);
    }),
  };
}

function zoneFileHandlers(services: ConsoleServices) {
  const { publishing } = services;
  return {
    compareZoneFile: guardedCalls.publishing.compareZoneFile.handler(async ({ input }) => {
      const domain = await ownDomain(services, input.domain);
      const zone = readZoneFile(input.text, domain);
      return describeComparison(domain, await publishing.compareRecords(domain, zone.records), zone);
    }),

    zoneFile: guardedCalls.publishing.zoneFile.handler(async ({ input }) => {
      const domain = await ownDomain(services, input.domain);
      return { text: formatZoneFile(domain, await publishing.wantedOf(domain), input.style) };
    }),
  };
}

async function ownDomain({ directory }: ConsoleServices, text: string): Promise<string> {
  const domains = await directory.listDomains();
  const domain = domains.find(({ name }) => name === text.toLowerCase());
  if (domain === undefined) throw refusal('noSuchDomain');
  return domain.name;
}

async function describeDomain({ publishing }: ConsoleServices, domain: string): Promise<DomainPublishing> {
  const { keeper, nameServers, guessedHost, lastChange } = await publishing.read(domain);
  return {
    ...{ domain, keeper: withoutSecrets(keeper), nameServers, guessedHost },
    lastChange: lastChange && {
      ...{ at: lastChange.at, by: lastChange.by },
      ...{ added: lastChange.change.add.length, removed: lastChange.change.remove.length },
    },
  };
}

function withoutSecrets(keeper: Keeper): KeeperView {
  switch (keeper.kind) {
    case 'byHand':
      return keeper;
    case 'rfc2136': {
      const { kind, server, keyName, algorithm } = keeper;
      return { kind, server, keyName, algorithm };
    }
    case 'cloudflare':
    case 'desec':
      return { kind: keeper.kind };
  }
}

/** What is not given anew is taken from what is kept, for the same server and key alone. */
async function toKeeper(services: ConsoleServices, domain: string, input: KeeperInput): Promise<Keeper> {
  const { keeper: kept } = await services.publishing.read(domain);
  if (input.kind === 'byHand') return input;
  if (input.kind === 'rfc2136') {
    const isSame = kept.kind === 'rfc2136' && kept.server === input.server && kept.keyName === input.keyName;
    const secret = input.secret ?? (isSame ? kept.secret : null);
    if (secret === null) throw refusal('secretMissing');
    return { ...input, secret };
  }
  const token = input.token ?? (kept.kind === input.kind ? kept.token : null);
  if (token === null) throw refusal('secretMissing');
  return { kind: input.kind, token };
}

async function describeChange(
  services: ConsoleServices,
  domain: string,
  result: Result<void, ApplyRefusal | PublishProblem>,
) {
  if (result.ok) return { isOk: true as const, publishing: await describeDomain(services, domain) };
  if (typeof result.error === 'string') throw refusal(result.error);
  return { isOk: false as const, problem: result.error };
}

function describeComparison(
  domain: string,
  comparison: DomainComparison,
  { problems, others }: Pick<ReadZone, 'problems' | 'others'> = { problems: [], others: [] },
): ZoneComparison {
  const { compared, elsewhere, inTheWay, untouched, revision, unanswered } = comparison;
  const isUnanswered = ({ name, type }: ZoneRecord) =>
    unanswered.some((set) => set.name === name && set.type === type);
  const own = compared.map((each) => describeCompared(domain, each, isUnanswered(each.wanted)));
  const foreign = elsewhere.map((wanted) => ({
    ...{ wanted: describeRecord(domain, wanted), state: 'elsewhere' as const, found: [], publish: null },
  }));
  return {
    revision,
    compared: [...own, ...foreign],
    inTheWay: inTheWay.map(({ record, obstacle }) => ({ record: describeFound(domain, record), obstacle })),
    untouched: untouched.flatMap((record) => zoneLineOf(record) ?? []),
    others: others.length,
    problems,
  };
}

function describeCompared(domain: string, compared: Compared, isUnanswered: boolean): ComparedRecord {
  const { wanted, state, found, publish } = compared;
  return {
    wanted: describeRecord(domain, wanted),
    state: isUnanswered ? 'unknown' : state,
    found: found.map((record) => describeFound(domain, record)),
    publish: publish === null || isUnanswered ? null : describeFound(domain, publish),
  };
}

function describeFound(domain: string, record: FoundRecord): ShownRecord {
  const { type, name, value } = record;
  return {
    ...record,
    key: keyOf(record),
    isProxied: record.isProxied ?? false,
    relativeName: relativeName(domain, name),
    strings: type === 'TXT' && value !== null ? textStrings(value) : [],
    zoneLine: zoneLineOf(record),
  };
}

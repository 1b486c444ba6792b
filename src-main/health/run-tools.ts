/**
 * Tools of one run: what was asked once is not asked again by another check, and (withoutSilence) a resolver that is dead costs a few
 * questions their time, not all of them.
 */
import type { LookUp, DnsResolver, MxRecord } from '../protocol/dns/resolver.ts';
import { reverseName } from '../protocol/dns/reverse-name.ts';
import type { RecordAnswer, RecordResolver } from '../protocol/dns/record-resolver.ts';
import { MOST_SILENCES } from './limits.ts';
import type { HealthTools } from './tools.ts';

export function toolsOfRun(tools: HealthTools, ownNames: readonly string[]): HealthTools {
  const known = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const before = known.get(key) as Promise<T> | undefined;
    const answer = before ?? ask();
    known.set(key, answer);
    return answer;
  };
  const { outside, dns } = tools;
  return {
    dns: {
      ask: withoutIgnorance((name, type) => once(`dns ${type} ${name}`, () => dns.ask(name, type)), ownNames),
      askAt: (server, name, type) =>
        once(`dns ${type} ${name} ${server.address}`, () => dns.askAt(server, name, type)),
    },
    smtp: (target) => once(`smtp ${JSON.stringify(target)}`, () => tools.smtp(target)),
    greet: (target) => once(`greet ${JSON.stringify(target)}`, () => tools.greet(target)),
    web: (request) => once(`web ${JSON.stringify(request)}`, () => tools.web(request)),
    trySmartHost: () => once('smart host', () => tools.trySmartHost()),
    tryRelaying: () => once('relaying', () => tools.tryRelaying()),
    clockAhead: () => once('clock', () => tools.clockAhead()),
    outside: outside && ((port, family) => once(`outside ${port} ${family}`, () => outside(port, family))),
  };
}

/** Names that there are for certain. */
const WELL_KNOWN = ['org', 'com'];

/**
 * "There is no such name" counts only of a resolver that knows any name at all: where there is no Internet, some answer so to
 * everything, and nothing would be red for the right reason.
 */
function withoutIgnorance(ask: RecordResolver['ask'], ownNames: readonly string[]): RecordResolver['ask'] {
  let knowing: Promise<boolean> | undefined;
  const findOut = async (): Promise<boolean> => {
    const own = ownNames.flatMap((name) => [ask(name, 'A'), ask(name, 'MX'), ask(name, 'TXT')]);
    const answers = await Promise.all([...WELL_KNOWN.map((name) => ask(name, 'SOA')), ...own]);
    return answers.some(({ kind }) => kind === 'found');
  };
  return async (name, type) => {
    const answer = await ask(name, type);
    if (answer.kind === 'found' || answer.kind === 'temporaryFailure') return answer;
    knowing ??= findOut();
    if (await knowing) return answer;
    const reason = 'the name server that was asked knows nothing of the Internet';
    return { ...answer, kind: 'temporaryFailure', reason, isSilent: false };
  };
}

/** After some silences in a row nobody is asked any more. */
export function withoutSilence(dns: RecordResolver): RecordResolver {
  let silences = 0;
  return {
    askAt: (server, name, type) => dns.askAt(server, name, type),
    ask: async (name, type) => {
      if (silences >= MOST_SILENCES) return silence(name);
      const answer = await dns.ask(name, type);
      silences = answer.kind === 'temporaryFailure' && answer.isSilent ? silences + 1 : 0;
      return answer;
    },
  };
}

function silence<T>(name: string): RecordAnswer<T> {
  const reason = 'the name servers have not answered for a while';
  const nobody = { isProved: false, isAuthoritative: false, canonicalName: name, server: '' };
  return { kind: 'temporaryFailure', reason, isSilent: true, ...nobody };
}

/** For those who evaluate what the records say. */
export function asDnsResolver(dns: Pick<RecordResolver, 'ask'>): DnsResolver {
  return {
    mx: async (domain) => plainly<MxRecord>(await dns.ask(domain, 'MX')),
    a: async (name) => plainly(await dns.ask(name, 'A')),
    aaaa: async (name) => plainly(await dns.ask(name, 'AAAA')),
    txt: async (name) => {
      const answer = await dns.ask(name, 'TXT');
      if (answer.kind !== 'found') return plainly<string>(answer);
      return { kind: 'found', records: answer.records.map(({ text }) => text) };
    },
    ptr: async (address) => {
      const name = reverseName(address);
      return name === null ? { kind: 'noSuchName' } : plainly(await dns.ask(name, 'PTR'));
    },
  };
}

function plainly<T>(answer: RecordAnswer<T> | Exclude<RecordAnswer<unknown>, { kind: 'found' }>): LookUp<T> {
  switch (answer.kind) {
    case 'found':
      return { kind: 'found', records: answer.records };
    case 'temporaryFailure':
      return { kind: 'temporaryFailure', reason: answer.reason };
    default:
      return { kind: answer.kind };
  }
}

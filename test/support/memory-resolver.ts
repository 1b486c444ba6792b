/** A DNS resolver that answers from the test DNS server's zone, without a socket; `fails` and `silent` are temporary failures. */
import type { DnsResolver, LookUp } from '../../src-main/protocol/dns/resolver.ts';
import { reverseName } from '../../src-main/protocol/dns/reverse-name.ts';
import type { NameRecords, Zone } from './dns-server.ts';

export interface MemoryResolver extends DnsResolver {
  /** What was asked, e.g. `TXT server2.com`. */
  readonly questions: readonly string[];
}

export function memoryResolver(zone: Zone): MemoryResolver {
  const questions: string[] = [];
  const ask = <T>(
    type: string,
    name: string,
    read: (records: NameRecords) => readonly T[],
  ): Promise<LookUp<T>> => {
    const key = name.toLowerCase().replace(/\.$/, '');
    questions.push(`${type} ${key}`);
    const records = zone[key];
    if (records === 'fails' || records === 'silent')
      return Promise.resolve({ kind: 'temporaryFailure', reason: 'the name servers did not answer' });
    if (records === undefined) return Promise.resolve({ kind: 'noSuchName' });
    const found = read(records);
    return Promise.resolve(found.length === 0 ? { kind: 'noData' } : { kind: 'found', records: found });
  };
  return {
    questions,
    mx: (name) =>
      ask('MX', name, ({ MX = [] }) => MX.map(([preference, exchange]) => ({ preference, exchange }))),
    a: (name) => ask('A', name, ({ A = [] }) => A),
    aaaa: (name) => ask('AAAA', name, ({ AAAA = [] }) => AAAA),
    txt: (name) => ask('TXT', name, ({ TXT = [] }) => TXT.map((text) => [text].flat().join(''))),
    ptr: (address) => ask('PTR', reverseName(address) ?? '', ({ PTR = [] }) => PTR),
  };
}

/** One whose zone may be replaced at any time. */
export function liveResolver(zone: () => Zone): DnsResolver {
  const now = () => memoryResolver(zone());
  return {
    mx: (name) => now().mx(name),
    a: (name) => now().a(name),
    aaaa: (name) => now().aaaa(name),
    txt: (name) => now().txt(name),
    ptr: (address) => now().ptr(address),
  };
}

/** A record resolver that answers from a zone, without a socket: `fails` is SERVFAIL, `silent` no answer. Name servers have views of their own. */
import type {
  RecordAnswer,
  RecordData,
  RecordResolver,
  RecordType,
} from '../../src-main/protocol/dns/record-resolver.ts';
import { dataOf, type NameRecords, type Zone } from './dns-server.ts';

export const TTL_SECONDS = 2_220;
const MOST_ALIASES = 8;

/** `zone`: asked each time; `silent`: nobody answers anything. `views`: what a name server says by its address, where it differs. */
export function memoryRecords(
  zone: () => Zone | 'silent',
  views: () => Readonly<Record<string, Zone | 'silent'>> = () => ({}),
): RecordResolver {
  const answer = <Type extends RecordType>(from: Zone | 'silent', name: string, type: Type) =>
    Promise.resolve(look(from, name.toLowerCase(), type));
  return {
    ask: (name, type) => answer(zone(), name, type),
    askAt: ({ address }, name, type) => answer(views()[address] ?? zone(), name, type),
  };
}

function look<Type extends RecordType>(
  zone: Zone | 'silent',
  asked: string,
  type: Type,
): RecordAnswer<RecordData[Type]> {
  const about = { isProved: false, isAuthoritative: false, server: '', canonicalName: asked };
  if (zone === 'silent') return silence(about);
  let name = asked;
  for (let count = 0; count < MOST_ALIASES; count++) {
    const records = zone[name];
    if (records === 'silent') return silence(about);
    if (records === 'fails')
      return {
        ...about,
        kind: 'temporaryFailure',
        reason: 'the name servers could not find out (SERVFAIL)',
        isSilent: false,
      };
    if (records === undefined) return { ...about, kind: 'noSuchName', canonicalName: name };
    if (records.CNAME !== undefined && type !== 'CNAME' && dataOf(records, type).length === 0) {
      name = records.CNAME;
      continue;
    }
    const isProved = records.isProved === true;
    const found = readAll(records, type);
    if (found.length === 0) return { ...about, kind: 'noData', canonicalName: name, isProved };
    return {
      ...about,
      kind: 'found',
      records: found,
      ttlSeconds: TTL_SECONDS,
      canonicalName: name,
      isProved,
    };
  }
  return { ...about, kind: 'temporaryFailure', reason: 'the aliases go in a circle', isSilent: false };
}

function silence(about: {
  isProved: boolean;
  isAuthoritative: boolean;
  server: string;
  canonicalName: string;
}) {
  return {
    ...about,
    kind: 'temporaryFailure',
    reason: 'the name servers did not answer',
    isSilent: true,
  } as const;
}

function readAll<Type extends RecordType>(records: NameRecords, type: Type): readonly RecordData[Type][] {
  return readers[type](records);
}

const readers: { readonly [Type in RecordType]: (records: NameRecords) => readonly RecordData[Type][] } = {
  A: ({ A = [] }) => A,
  AAAA: ({ AAAA = [] }) => AAAA,
  MX: ({ MX = [] }) => MX.map(([preference, exchange]) => ({ preference, exchange: exchange.toLowerCase() })),
  TXT: ({ TXT = [] }) => TXT.map((text) => ({ text: [text].flat().join(''), strings: [text].flat() })),
  SRV: ({ SRV = [] }) => SRV.map(([priority, weight, port, target]) => ({ priority, weight, port, target })),
  NS: ({ NS = [] }) => NS,
  SOA: ({ SOA }) => (SOA === undefined ? [] : [SOA]),
  CNAME: ({ CNAME }) => (CNAME === undefined ? [] : [CNAME]),
  PTR: ({ PTR = [] }) => PTR,
  DS: ({ DS = [] }) => DS,
  TLSA: ({ TLSA = [] }) =>
    TLSA.map((text) => {
      const [usage = '', selector = '', matchingType = '', data = ''] = text.split(' ');
      return { usage: Number(usage), selector: Number(selector), matchingType: Number(matchingType), data };
    }),
};

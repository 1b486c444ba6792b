/**
 * SPF records: what a domain says about who may use its name.
 *
 * RFC 7208 §4.5, §4.6, §5, §6, §12. Flow: check-host.ts reads one for each domain it comes to.
 * Invariants: a syntax error anywhere makes the whole record worthless (§4.6): there is no half of a record. Never throws.
 */
import type { Result } from '../../../base/result.ts';
import { err, ok } from '../../../base/result.ts';
import { isIpv4, isIpv6 } from '../../../format/domain.ts';
import { parseIpNetwork, type IpNetwork } from '../../../format/ip-network.ts';
import { parseDomainSpec, parseMacroString, type MacroString } from './macro-string.ts';

export type SpfQualifier = '+' | '-' | '~' | '?';

export type SpfMechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include' | 'exists'; readonly domain: MacroString }
  /** Without a domain: the one whose record it is. */
  | {
      readonly kind: 'a' | 'mx';
      readonly domain?: MacroString;
      readonly ip4Length: number;
      readonly ip6Length: number;
    }
  | { readonly kind: 'ptr'; readonly domain?: MacroString }
  | { readonly kind: 'ip4' | 'ip6'; readonly network: IpNetwork };

export interface SpfDirective {
  readonly qualifier: SpfQualifier;
  readonly mechanism: SpfMechanism;
  /** As it is written. */
  readonly term: string;
}

export interface SpfRecord {
  readonly directives: readonly SpfDirective[];
  readonly redirect?: MacroString;
  readonly explanation?: MacroString;
}

/** RFC 7208 §4.5: whether a TXT record is an SPF record. */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

const MODIFIER = /^([a-z][a-z0-9_.-]*)=(.*)$/is;
const DIRECTIVE = /^([+\-~?]?)([a-z][a-z0-9]*)(?::([^]*?))?((?:\/\d+)?(?:\/\/\d+)?)$/i;

/** `text` is an SPF record. The error is a sentence without its full stop. */
export function parseSpfRecord(text: string): Result<SpfRecord, string> {
  const directives: SpfDirective[] = [];
  const modifiers = new Map<string, MacroString>();
  for (const term of text.slice('v=spf1'.length).split(' ')) {
    if (term === '') continue;
    const modifier = MODIFIER.exec(term);
    if (modifier !== null) {
      const problem = readModifier(modifiers, modifier);
      if (problem !== null) return err(problem);
      continue;
    }
    const directive = readDirective(term);
    if (!directive.ok) return directive;
    directives.push(directive.value);
  }
  const redirect = modifiers.get('redirect');
  const explanation = modifiers.get('exp');
  return ok({
    directives,
    ...(redirect !== undefined && { redirect }),
    ...(explanation !== undefined && { explanation }),
  });
}

/** The answer is what is wrong, or null. */
function readModifier(
  modifiers: Map<string, MacroString>,
  [term, name = '', value = '']: RegExpExecArray,
): string | null {
  const key = name.toLowerCase();
  const isKnown = key === 'redirect' || key === 'exp';
  // RFC 7208 §6: unknown modifiers are read over, but their syntax counts.
  const parsed = isKnown ? parseDomainSpec(value) : parseMacroString(value);
  if (!parsed.ok) return `${term}: ${parsed.error}`;
  if (isKnown && modifiers.has(key)) return `there is more than one ${key}=`;
  if (isKnown) modifiers.set(key, parsed.value);
  return null;
}

function readDirective(term: string): Result<SpfDirective, string> {
  const [, sign = '', name = '', argument, cidr = ''] = DIRECTIVE.exec(term) ?? [];
  const mechanism = readMechanism({ name: name.toLowerCase(), argument, cidr });
  if (!mechanism.ok) return err(`"${term}": ${mechanism.error}`);
  const qualifier = (sign === '' ? '+' : sign) as SpfQualifier;
  return ok({ qualifier, mechanism: mechanism.value, term });
}

interface Written {
  readonly name: string;
  readonly argument: string | undefined;
  /** `/24//64` */
  readonly cidr: string;
}

function readMechanism(written: Written): Result<SpfMechanism, string> {
  const { name, argument, cidr } = written;
  switch (name) {
    case 'all':
      return argument === undefined && cidr === '' ? ok({ kind: 'all' }) : err('all has no argument');
    case 'include':
    case 'exists': {
      const domain = parseDomainSpec(`${argument ?? ''}${cidr}`);
      return domain.ok ? ok({ kind: name, domain: domain.value }) : domain;
    }
    case 'ptr': {
      if (argument === undefined) return cidr === '' ? ok({ kind: 'ptr' }) : err('ptr has no prefix length');
      const domain = parseDomainSpec(`${argument}${cidr}`);
      return domain.ok ? ok({ kind: 'ptr', domain: domain.value }) : domain;
    }
    case 'a':
    case 'mx':
      return readHosts(name, written);
    case 'ip4':
    case 'ip6':
      return readNetwork(name, `${argument ?? ''}${cidr}`);
    default:
      return err('there is no such mechanism');
  }
}

function readHosts(kind: 'a' | 'mx', { argument, cidr }: Written): Result<SpfMechanism, string> {
  const [, ip4 = '32', ip6 = '128'] = /^(?:\/(\d+))?(?:\/\/(\d+))?$/.exec(cidr) ?? [];
  const ip4Length = readLength(ip4, 32);
  const ip6Length = readLength(ip6, 128);
  if (ip4Length === null || ip6Length === null) return err('the prefix length is wrong');
  if (argument === undefined) return ok({ kind, ip4Length, ip6Length });
  const domain = parseDomainSpec(argument);
  return domain.ok ? ok({ kind, domain: domain.value, ip4Length, ip6Length }) : domain;
}

function readNetwork(kind: 'ip4' | 'ip6', text: string): Result<SpfMechanism, string> {
  const [address = '', length, ...rest] = text.split('/');
  const bits = kind === 'ip4' ? 32 : 128;
  const isAddress = kind === 'ip4' ? isIpv4(address) && !/(^|\.)0\d/.test(address) : isIpv6(address);
  if (!isAddress || rest.length > 0) return err(`"${text}" is no ${kind} network`);
  if (length !== undefined && readLength(length, bits) === null) return err('the prefix length is wrong');
  const network = parseIpNetwork(text);
  // An IPv4-mapped network that is wider than its mapping holds no client that we could have.
  if (network === null) return ok({ kind, network: { octets: new Uint8Array(16), prefixLength: 128 } });
  return ok({ kind, network });
}

/** RFC 7208 §5.6: no zeros before it. */
function readLength(text: string, most: number): number | null {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) && Number(text) <= most ? Number(text) : null;
}

/**
 * The argument of XCLIENT: what a trusted proxy says about the client that it speaks for.
 *
 * Source: Postfix, XCLIENT_README (attribute names, xtext, [UNAVAILABLE] and [TEMPUNAVAIL], IPV6: before IPv6 addresses).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { err, ok } from '../../../base/result.ts';
import type { Result } from '../../../base/result.ts';
import { canonicalIpAddress } from '../../connection/ip-address-text.ts';
import { decodeXtext } from '../../../format/dsn-request.ts';
import { parseClientName } from './command-grammar.ts';

/** NAME, PORT, DESTADDR and DESTPORT are understood and left: we go by the client's address. */
export const XCLIENT_ATTRIBUTES = [
  'NAME',
  'ADDR',
  'PORT',
  'PROTO',
  'HELO',
  'LOGIN',
  'DESTADDR',
  'DESTPORT',
] as const;

type Attribute = (typeof XCLIENT_ATTRIBUTES)[number];

/** What was said and known; an attribute that was not given, or is not available, is absent. */
export interface ProxiedClient {
  readonly address?: string;
  readonly isExtended?: boolean;
  readonly heloName?: string;
  readonly loginName?: string;
}

/** The error says which attribute is wrong. */
export function parseXclient(argument: string): Result<ProxiedClient, string> {
  let client: ProxiedClient = {};
  const words = argument.split(/[ \t]+/).filter((word) => word !== '');
  if (words.length === 0) return err('Syntax: XCLIENT attribute=value ...');
  const seen = new Set<string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = word.slice(0, Math.max(0, equals)).toUpperCase();
    if (!isAttribute(name)) return err(`Bad attribute ${word.slice(0, 40)}`);
    if (seen.has(name)) return err(`${name} is given twice`);
    seen.add(name);
    const value = decodeXtext(word.slice(equals + 1));
    if (value === null || value === '') return err(`Bad value for ${name}`);
    if (/^\[(?:UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value)) continue;
    const read = READERS[name](value);
    if (read === null) return err(`Bad value for ${name}`);
    client = { ...client, ...read };
  }
  return ok(client);
}

function isAttribute(name: string): name is Attribute {
  return XCLIENT_ATTRIBUTES.some((known) => known === name);
}

const READERS: Readonly<Record<Attribute, (value: string) => ProxiedClient | null>> = {
  NAME: (value) => (isHostName(value) ? {} : null),
  ADDR: (value) => {
    const address = readAddress(value);
    return address === null ? null : { address };
  },
  PORT: (value) => (isPort(value) ? {} : null),
  PROTO: (value) => {
    const isExtended = value.toUpperCase() === 'ESMTP';
    return isExtended || value.toUpperCase() === 'SMTP' ? { isExtended } : null;
  },
  HELO: (value) => (isHostName(value) ? { heloName: value } : null),
  LOGIN: (value) => (isPrintable(value) ? { loginName: value } : null),
  DESTADDR: (value) => (readAddress(value) === null ? null : {}),
  DESTPORT: (value) => (isPort(value) ? {} : null),
};

function readAddress(value: string): string | null {
  if (isIPv4(value)) return value;
  const ipv6 = /^IPV6:/i.test(value) ? value.slice('IPV6:'.length) : value;
  // A zone is about the proxy's interfaces, not about ours.
  return isIPv6(ipv6) && !ipv6.includes('%') ? canonicalIpAddress(ipv6) : null;
}

function isPort(value: string): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
}

function isHostName(value: string): boolean {
  return parseClientName(value).ok;
}

function isPrintable(value: string): boolean {
  return value.length <= 320 && !/[\x00-\x20\x7f]/.test(value);
}

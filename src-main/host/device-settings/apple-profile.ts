/**
 * AppleProfile: an account's settings as iPhone, iPad and Mac install them (com.apple.mail.managed).
 *
 * https://developer.apple.com/documentation/devicemanagement/mail. Invariants: no password in it: the device asks for it; the same address
 * gets the same identifiers, so that a newer profile replaces the older; it is not signed, and the device says so.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../../format/escape-html.ts';
import { bestOf, type DeviceFacts, type OfferedService } from './offered-services.ts';

export const PROFILE_TYPE = 'application/x-apple-aspen-config';

type Value = string | number | boolean | readonly Dictionary[];
interface Dictionary {
  readonly [key: string]: Value;
}

/** null where a device could not read mail or not send it. `name`: of the person; empty: not known. */
export function formatAppleProfile(address: string, facts: DeviceFacts, name = ''): string | null {
  const incoming = bestOf(facts, 'imap', 'pop3');
  const outgoing = bestOf(facts, 'smtp');
  if (incoming === null || outgoing === null) return null;
  const profile = {
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: `${identifierOf(address, facts)}.profile`,
    PayloadUUID: uuidOf(`profile ${address} ${facts.hostname}`),
    PayloadDisplayName: address,
    PayloadDescription: facts.hostname,
    PayloadRemovalDisallowed: false,
    PayloadContent: [mailPayload({ address, facts, name, incoming, outgoing })],
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<plist version="1.0">${formatDictionary(profile)}</plist>`,
    '',
  ].join('\n');
}

function mailPayload(options: {
  address: string;
  facts: DeviceFacts;
  name: string;
  incoming: OfferedService;
  outgoing: OfferedService;
}): Dictionary {
  const { address, facts, name, incoming, outgoing } = options;
  const { hostname } = facts;
  return {
    PayloadType: 'com.apple.mail.managed',
    PayloadVersion: 1,
    PayloadIdentifier: `${identifierOf(address, facts)}.mail`,
    PayloadUUID: uuidOf(`mail ${address} ${hostname}`),
    PayloadDisplayName: address,
    EmailAccountDescription: address,
    ...(name !== '' && { EmailAccountName: name }),
    EmailAccountType: incoming.protocol === 'imap' ? 'EmailTypeIMAP' : 'EmailTypePOP',
    EmailAddress: address,
    ...serverKeys('Incoming', incoming, { hostname, address }),
    ...serverKeys('Outgoing', outgoing, { hostname, address }),
    OutgoingPasswordSameAsIncomingPassword: true,
  };
}

function serverKeys(
  side: 'Incoming' | 'Outgoing',
  { port }: OfferedService,
  { hostname, address }: { hostname: string; address: string },
): Dictionary {
  return {
    [`${side}MailServerAuthentication`]: 'EmailAuthPassword',
    [`${side}MailServerHostName`]: hostname,
    [`${side}MailServerPortNumber`]: port,
    // Whether from the beginning or by STARTTLS the device finds out.
    [`${side}MailServerUseSSL`]: true,
    [`${side}MailServerUsername`]: address,
  };
}

/** The host's name from its end, as identifiers are. */
function identifierOf(address: string, { hostname }: DeviceFacts): string {
  const host = hostname.split('.').reverse().join('.');
  return `${host}.${uuidOf(address).slice(0, 8).toLowerCase()}`;
}

/** RFC 9562 §5.8: made of a hash. */
function uuidOf(text: string): string {
  const octets = createHash('sha256').update(text).digest().subarray(0, 16);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x80;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  return octets
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5')
    .toUpperCase();
}

function formatDictionary(dictionary: Dictionary): string {
  const entries = Object.entries(dictionary).map(([key, value]) => `<key>${key}</key>${formatValue(value)}`);
  return `<dict>\n${entries.join('\n')}\n</dict>`;
}

function formatValue(value: Value): string {
  if (typeof value === 'string') return `<string>${escapeHtml(value)}</string>`;
  if (typeof value === 'number') return `<integer>${String(value)}</integer>`;
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  return `<array>${value.map(formatDictionary).join('')}</array>`;
}

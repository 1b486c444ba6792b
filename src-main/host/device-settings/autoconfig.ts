/**
 * Autoconfig: the document from which Thunderbird, K-9 and others learn a domain's servers (clientConfig 1.1).
 *
 * https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat. Invariants: it is about the domain, never about an account.
 */
import { escapeHtml } from '../../format/escape-html.ts';
import type { DeviceFacts, OfferedService } from './offered-services.ts';

const SOCKET_TYPES = { implicit: 'SSL', starttls: 'STARTTLS' } as const;

export function formatAutoconfig(domain: string, { hostname, services }: DeviceFacts): string {
  const name = escapeHtml(domain);
  const servers = services.map((service) => formatServer(service, escapeHtml(hostname)));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<clientConfig version="1.1">',
    `  <emailProvider id="${name}">`,
    `    <domain>${name}</domain>`,
    `    <displayName>${name}</displayName>`,
    `    <displayShortName>${name}</displayShortName>`,
    ...servers.flat(),
    '  </emailProvider>',
    '</clientConfig>',
    '',
  ].join('\n');
}

function formatServer({ protocol, port, tls }: OfferedService, hostname: string): readonly string[] {
  const element = protocol === 'smtp' ? 'outgoingServer' : 'incomingServer';
  return [
    `    <${element} type="${protocol}">`,
    `      <hostname>${hostname}</hostname>`,
    `      <port>${String(port)}</port>`,
    `      <socketType>${SOCKET_TYPES[tls]}</socketType>`,
    // Within TLS, so that nobody else reads it.
    '      <authentication>password-cleartext</authentication>',
    '      <username>%EMAILADDRESS%</username>',
    `    </${element}>`,
  ];
}

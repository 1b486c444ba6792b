import { describe, expect, test } from 'vitest';
import { OfficeDirectory } from '../../../test/support/mail-office.ts';
import { ManualClock } from '../../base/clock.ts';
import { createRouter } from './create-router.ts';
import { createRuleBook } from './relay-rules/create-rule-book.ts';
import { DEFAULT_RELAY_RULES } from './relay-rules/port.ts';
import { parseHostPort } from './host-port.ts';
import type { MessageFacts, RouteSetting, RoutingSettings } from './port.ts';

const DIRECT: RoutingSettings = { relay: { mode: 'direct' }, routes: [] };

function route(address: string, settings: RoutingSettings = DIRECT, message?: MessageFacts) {
  const directory = new OfficeDirectory();
  const rules = createRuleBook({ directory, clock: new ManualClock(), rules: () => DEFAULT_RELAY_RULES });
  return createRouter({ directory, settings: () => settings, rules }).route(address, message);
}

function routeSetting(given: Partial<RouteSetting>): RouteSetting {
  const plain = { recipientDomain: '*', protocol: 'smtp', tls: 'none', verifyCertificate: false } as const;
  return { name: 'a route', hosts: ['127.0.0.1:1'], ...plain, ...given };
}

describe('the router', () => {
  test.each([
    ['tom@server1.com', { kind: 'local', via: [] }],
    ['TOM@Server1.COM', { kind: 'local', via: [] }],
    ['postmaster', { kind: 'local', via: ['postmaster@server1.com'] }],
    ['boss@server1.com', { kind: 'local', via: ['boss@server1.com', 'sales@server1.com'] }],
    ['team@server1.com', { kind: 'local', foreign: ['jack@server2.com'], via: ['team@server1.com'] }],
    ['nobody@server1.com', { kind: 'undeliverable', status: '5.1.1', reason: 'unknownRecipient' }],
    ['otto@server1.com', { kind: 'undeliverable', status: '5.2.1', reason: 'disabledAccount' }],
    ['no address', { kind: 'undeliverable', status: '5.1.3', reason: 'malformedAddress' }],
    ['x@Elsewhere.example', { kind: 'relay', nextHop: { kind: 'mx', domain: 'elsewhere.example' } }],
    ['x@müller.example', { kind: 'relay', nextHop: { kind: 'mx', domain: 'xn--mller-kva.example' } }],
    ['x@[192.0.2.1]', { kind: 'relay', nextHop: { kind: 'mx', domain: '[192.0.2.1]' } }],
  ])('routes %s', async (address, expected) => {
    expect(await route(address)).toMatchObject(expected);
  });

  test('knows no way to others where relaying is off, except for routes of its own', async () => {
    const settings: RoutingSettings = {
      relay: { mode: 'off' },
      routes: [
        routeSetting({ recipientDomain: 'partner.example', hosts: ['127.0.0.1:2526'], tls: 'required' }),
      ],
    };
    expect(await route('x@elsewhere.example', settings)).toMatchObject({
      kind: 'undeliverable',
      status: '5.7.1',
      reason: 'relayingOff',
    });
    expect(await route('x@partner.example', settings)).toEqual({
      kind: 'relay',
      nextHop: {
        kind: 'hosts',
        hosts: [{ host: '127.0.0.1', port: 2526 }],
        tls: 'required',
        mustVerify: false,
        route: 'a route',
      },
    });
  });

  test('carries all that a route says to the next hop', async () => {
    const setting = routeSetting({
      name: 'archive',
      hosts: ['[::1]:24'],
      protocol: 'lmtp',
      tls: 'implicit',
      verifyCertificate: true,
      user: 'office',
      password: 'secret',
      retry: { firstRetrySeconds: 5, lifetimeSeconds: 60 },
      maxSessions: 2,
      messagesPerMinute: 30,
    });
    const settings: RoutingSettings = { relay: { mode: 'direct' }, routes: [setting] };
    expect(await route('x@elsewhere.example', settings)).toMatchObject({
      nextHop: {
        kind: 'hosts',
        hosts: [{ host: '::1', port: 24 }],
        tls: 'implicit',
        mustVerify: true,
        credentials: { user: 'office', password: 'secret' },
        protocol: 'lmtp',
        route: 'archive',
        retry: { firstRetryMs: 5_000, lifetimeMs: 60_000 },
        maxSessions: 2,
        messagesPerMinute: 30,
      },
    });
  });

  const signedIn: MessageFacts = {
    receivedAt: 0,
    reversePath: 'sales@Server1.com',
    client: { address: '192.0.2.7', account: 'tom@server1.com' },
  };
  const accountRoute = { senderAccount: 'Tom@server1.com' };
  const wholeRoute = { ...accountRoute, senderDomain: 'server1.com', client: '192.0.2.7' };
  const unsigned: MessageFacts = {
    receivedAt: 0,
    reversePath: 'tom@server1.com',
    client: { address: '192.0.2.7' },
  };
  const bySender = [
    { title: 'the account that signed in', setting: accountRoute, message: signedIn, isTaken: true },
    {
      title: 'another one',
      setting: { senderAccount: 'anna@server1.com' },
      message: signedIn,
      isTaken: false,
    },
    { title: 'nobody signed in', setting: accountRoute, message: unsigned, isTaken: false },
    { title: 'its domain', setting: { senderDomain: 'server1.com' }, message: signedIn, isTaken: true },
    { title: 'a wildcard of it', setting: { senderDomain: '*.com' }, message: signedIn, isTaken: true },
    {
      title: 'the null path',
      setting: { senderDomain: '*' },
      message: { reversePath: '', receivedAt: 0 },
      isTaken: false,
    },
    { title: 'the network', setting: { client: '192.0.2.0/24' }, message: signedIn, isTaken: true },
    { title: 'another network', setting: { client: '192.0.3.0/24' }, message: signedIn, isTaken: false },
    { title: 'unknown facts', setting: { client: '0.0.0.0/0' }, message: undefined, isTaken: false },
    { title: 'all of it', setting: wholeRoute, message: signedIn, isTaken: true },
    { title: 'not quite all', setting: wholeRoute, message: unsigned, isTaken: false },
  ];
  test.each(bySender)('asks of sender and client: $title', async ({ setting, message, isTaken }) => {
    const settings: RoutingSettings = { relay: { mode: 'direct' }, routes: [routeSetting(setting)] };
    const expected = isTaken ? { kind: 'hosts' } : { kind: 'mx' };
    expect(await route('x@elsewhere.example', settings, message)).toMatchObject({ nextHop: expected });
  });

  test.each([
    { title: 'one that asks more', first: {}, second: { client: '192.0.2.0/24' }, expected: 'second' },
    {
      title: 'the first of two that ask as much',
      first: { senderDomain: 'server1.com' },
      second: { client: '192.0.2.0/24' },
      expected: 'first',
    },
    {
      title: 'a narrower recipient before any question',
      first: { recipientDomain: '*.example' },
      second: { client: '192.0.2.7' },
      expected: 'first',
    },
  ])('of routes that fit prefers $title', async ({ first, second, expected }) => {
    const routes = [routeSetting({ name: 'first', ...first }), routeSetting({ name: 'second', ...second })];
    const settings: RoutingSettings = { relay: { mode: 'direct' }, routes };
    expect(await route('x@elsewhere.example', settings, signedIn)).toMatchObject({
      nextHop: { route: expected },
    });
  });

  test('hands everything else to the smart host, signed in and over TLS', async () => {
    const settings: RoutingSettings = {
      relay: {
        mode: 'smarthost',
        host: 'smtp.provider.example',
        port: 587,
        tls: 'starttls',
        verifyCertificate: true,
        user: 'office',
        password: 'secret',
      },
      routes: [],
    };
    expect(await route('x@elsewhere.example', settings)).toEqual({
      kind: 'relay',
      nextHop: {
        kind: 'hosts',
        hosts: [{ host: 'smtp.provider.example', port: 587 }],
        tls: 'required',
        mustVerify: true,
        credentials: { user: 'office', password: 'secret' },
      },
    });
  });

  test.each([
    ['example.com', 'exact'],
    ['EXAMPLE.com', 'exact'],
    ['a.example.com', 'longer wildcard'],
    ['a.b.example.com', 'longer wildcard'],
    ['example.org', 'all'],
    ['a.com', 'wildcard'],
    ['badexample.com', 'wildcard'],
  ])('gives %s to the route that fits best: %s', async (domain, expected) => {
    const hosts = { all: 1, wildcard: 2, 'longer wildcard': 3, exact: 4 };
    const patterns = {
      all: '*',
      wildcard: '*.com',
      'longer wildcard': '*.example.com',
      exact: 'Example.com',
    };
    const routes = Object.entries(patterns).map(([name, recipientDomain]) =>
      routeSetting({ name, recipientDomain, hosts: [`127.0.0.1:${hosts[name as keyof typeof hosts]}`] }),
    );
    const port = hosts[expected as keyof typeof hosts];
    expect(await route(`x@${domain}`, { relay: { mode: 'direct' }, routes })).toMatchObject({
      nextHop: { hosts: [{ port }] },
    });
  });
});

describe('hosts of a route', () => {
  test.each([
    ['mx.example', { host: 'mx.example', port: 25 }],
    ['mx.example:2525', { host: 'mx.example', port: 2525 }],
    ['192.0.2.1', { host: '192.0.2.1', port: 25 }],
    ['[2001:db8::1]:587', { host: '2001:db8::1', port: 587 }],
    ['2001:db8::1', { host: '2001:db8::1', port: 25 }],
    ['localhost:2526', { host: 'localhost', port: 2526 }],
  ])('%s', (text, expected) => {
    expect(parseHostPort(text)).toEqual(expected);
  });

  test.each([
    '',
    ':25',
    'mx.example:',
    'mx.example:0',
    'mx.example:65536',
    '[x]:25',
    'a b',
    'mx..example',
    'user@mx.example',
  ])('%j is none', (text) => {
    expect(parseHostPort(text)).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { OfficeDirectory } from '../../../test/support/mail-office.ts';
import { createRouter } from './create-router.ts';

const router = createRouter({ directory: new OfficeDirectory() });

describe('the router', () => {
  test.each([
    ['tom@server1.com', { kind: 'local', via: [] }],
    ['TOM@Server1.COM', { kind: 'local', via: [] }],
    ['postmaster', { kind: 'local', via: ['postmaster@server1.com'] }],
    ['boss@server1.com', { kind: 'local', via: ['boss@server1.com', 'sales@server1.com'] }],
    ['nobody@server1.com', { kind: 'undeliverable', status: '5.1.1', reason: 'unknownRecipient' }],
    ['otto@server1.com', { kind: 'undeliverable', status: '5.2.1', reason: 'disabledAccount' }],
    ['x@elsewhere.example', { kind: 'undeliverable', status: '5.7.1', reason: 'relayingNotAvailable' }],
    ['no address', { kind: 'undeliverable', status: '5.1.3', reason: 'malformedAddress' }],
  ])('routes %s', async (address, route) => {
    expect(await router.route(address)).toMatchObject(route);
  });
});

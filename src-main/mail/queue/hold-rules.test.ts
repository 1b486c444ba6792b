import { describe, expect, test } from 'vitest';
import { createHoldRuleFinder, holds, type HoldableMessage } from './hold-rules.ts';
import type { HoldRule } from './port.ts';

const rule = (conditions: Partial<HoldRule>): HoldRule => ({
  id: '1',
  name: 'r',
  isEnabled: true,
  ...conditions,
});

const message: HoldableMessage = {
  reversePath: 'Tom@Server1.com',
  client: { address: '192.0.2.7', account: 'tom@server1.com' },
  sizeBytes: 5_000,
};

describe('a hold rule', () => {
  test.each<[string, Partial<HoldRule>, boolean]>([
    ['the sender, in any case', { sender: 'tom@server1.COM' }, true],
    ['the domain of the sender', { sender: 'server1.com' }, true],
    ['a domain above it', { sender: 'com' }, false],
    ['all below a domain', { sender: '*.com' }, true],
    ['another sender', { sender: 'anna@server1.com' }, false],
    ['the null reverse-path', { sender: '' }, false],
    ['the recipient', { recipient: 'jack@server2.com' }, true],
    ['the domain of the recipient', { recipient: 'server2.com' }, true],
    ['another domain', { recipient: 'server3.com' }, false],
    ['the client', { client: '192.0.2.7' }, true],
    ['its network', { client: '192.0.2.0/24' }, true],
    ['another network', { client: '198.51.100.0/24' }, false],
    ['what is no network', { client: 'printer' }, false],
    ['the account', { account: 'TOM@server1.com' }, true],
    ['another account', { account: 'anna@server1.com' }, false],
    ['a size that it exceeds', { largerThanBytes: 4_999 }, true],
    ['its very size', { largerThanBytes: 5_000 }, false],
    ['several things that are so', { sender: 'server1.com', client: '192.0.2.7' }, true],
    ['several things of which one is not so', { sender: 'server1.com', client: '192.0.2.8' }, false],
    ['nothing', {}, false],
  ])('that asks for %s', (_title, conditions, expected) => {
    expect(holds(rule(conditions), message, 'jack@server2.com')).toBe(expected);
  });

  test('that asks for the null reverse-path holds DSNs, and one for a client nothing that was made here', () => {
    const dsn = { reversePath: '', sizeBytes: 10 };
    expect(holds(rule({ sender: '' }), dsn, 'tom@server1.com')).toBe(true);
    expect(holds(rule({ client: '0.0.0.0/0' }), dsn, 'tom@server1.com')).toBe(false);
    expect(holds(rule({ account: 'tom@server1.com' }), dsn, 'tom@server1.com')).toBe(false);
  });

  test('counts as it is now, the first that holds by its name, and not where it is switched off', () => {
    const rules = [
      rule({ name: 'off', sender: 'server1.com', isEnabled: false }),
      rule({ name: 'first', largerThanBytes: 1 }),
      rule({ name: 'second', recipient: 'server2.com' }),
    ];
    const find = createHoldRuleFinder(() => rules);
    expect(find(message, 'jack@server2.com')).toBe('first');
    rules.splice(1, 1);
    expect(find(message, 'jack@server2.com')).toBe('second');
    expect(find(message, 'jack@server3.com')).toBeNull();
  });
});

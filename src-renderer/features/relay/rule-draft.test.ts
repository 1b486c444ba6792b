import { describe, expect, it } from 'vitest';
import type { RelayRule } from '../../../src-main/contract/relay.ts';
import { draftOf, isComplete, toRule } from './rule-draft.ts';

const RULES: readonly RelayRule[] = [
  {
    name: 'printer',
    isEnabled: true,
    clients: { kind: 'networks', networks: ['192.168.1.40', '10.0.0.0/8'] },
    recipients: { kind: 'domains', domains: ['a.example', '*.b.example'] },
    action: { kind: 'route', route: 'archive' },
    expiresAt: Date.UTC(2027, 2, 1, 8, 30),
    maxOctets: 20 * 1024 * 1024,
    messagesPerHour: 60,
    note: 'second floor',
  },
  {
    name: 'no',
    isEnabled: false,
    clients: { kind: 'group', address: 'sales@a.example' },
    recipients: { kind: 'ours' },
    action: { kind: 'refuse', text: 'No' },
  },
  {
    name: 'people',
    isEnabled: true,
    clients: { kind: 'accounts', addresses: ['tom@a.example'] },
    recipients: { kind: 'anywhere' },
    action: { kind: 'accept' },
  },
];

describe('a rule while it is typed', () => {
  it.each(RULES)('is the same when nothing was typed: $name', (rule) => {
    const draft = draftOf(rule);
    expect(isComplete(draft)).toBe(true);
    expect(toRule(draft)).toEqual(rule);
  });

  it.each([
    { networks: '' },
    { recipients: 'domains' as const },
    { action: 'route' as const },
    { maxMegabytes: 'much' },
    { perHour: '0' },
  ])('needs no name, but is not complete with %j', (typed) => {
    const draft = { ...draftOf(null), networks: '192.168.1.40' };
    expect(isComplete(draft)).toBe(true);
    expect(isComplete({ ...draft, ...typed })).toBe(false);
  });

  it('forgets what another choice hides', () => {
    const [printer] = RULES;
    const draft = { ...draftOf(printer ?? null), clients: 'signedIn' as const, action: 'refuse' as const };
    expect(toRule(draft)).toMatchObject({ clients: { kind: 'signedIn' }, action: { kind: 'refuse' } });
    expect(toRule(draft)).not.toHaveProperty('maxOctets');
  });
});

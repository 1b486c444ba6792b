import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../default-settings.ts';
import type { HostSettings, SettingsStore } from '../port.ts';
import { applyProvision } from './apply.ts';
import { findProvisionProblem } from './check.ts';
import { parseProvision } from './schema.ts';

function problemOf(security: unknown): string | null {
  const parsed = parseProvision(JSON.stringify({ security }));
  if (!parsed.ok) return parsed.error;
  return findProvisionProblem(parsed.value, {
    ...defaultSettings('mail.example'),
    domains: [],
    accounts: [],
  });
}

describe('security of the provision file', () => {
  test.each([
    [{ trustedProxies: { proxyProtocol: ['192.0.2.1', '2001:db8::/32'], xclient: [] } }, null],
    [{ limits: { connections: 1, exempt: ['10.0.0.0/8'] } }, null],
    [{ trustedProxies: ['192.0.2.1'] }, /^security\.trustedProxies: /],
    [{ trustedProxies: { xclients: [] } }, /^security\.trustedProxies\.xclients: unknown key$/],
    [
      { trustedProxies: { xclient: ['192.0.2.1', 'proxy.example'] } },
      /^security\.trustedProxies\.xclient\[1\]: "proxy\.example" is not an address or a network/,
    ],
    [
      { trustedProxies: { proxyProtocol: ['192.0.2.0/33'] } },
      /^security\.trustedProxies\.proxyProtocol\[0\]: /,
    ],
    [{ limits: { exempt: [''] } }, /^security\.limits\.exempt\[0\]: /],
    [{ limits: { messagesPerHour: 0 } }, /^security\.limits\.messagesPerHour: /],
    [{ limits: { errorsPerHour: 1.5 } }, /^security\.limits\.errorsPerHour: /],
  ])('%j: %s', (security, expected) => {
    const problem = problemOf(security);
    if (expected === null) expect(problem).toBeNull();
    else expect(problem).toMatch(expected);
  });

  test('changes what it names and leaves the rest, once', async () => {
    let settings = defaultSettings('mail.example');
    let changes = 0;
    const store: SettingsStore = {
      read: () => Promise.resolve(settings),
      change: (change: Partial<HostSettings>) => {
        changes++;
        settings = { ...settings, ...change };
        return Promise.resolve(settings);
      },
      onChange: () => () => undefined,
    };
    const security = { trustedProxies: { xclient: ['192.0.2.1'] }, limits: { messagesPerHour: 7 } };
    const parsed = parseProvision(JSON.stringify({ security }));
    if (!parsed.ok) throw new Error(parsed.error);
    for (let i = 0; i < 2; i++) {
      await applyProvision(parsed.value, { settings: store } as Parameters<typeof applyProvision>[1]);
    }
    expect(changes).toBe(1);
    const { clientLimits } = defaultSettings('mail.example');
    expect(settings.trustedProxies).toEqual({ proxyProtocol: [], xclient: ['192.0.2.1'] });
    expect(settings.clientLimits).toEqual({ ...clientLimits, messagesPerHour: 7 });
  });
});

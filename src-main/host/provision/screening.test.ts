import { expect, test } from 'vitest';
import { DEFAULT_SCREENING } from '../../mail/screening/default-settings.ts';
import { parseProvision } from './schema.ts';
import { toScreening } from './screening.ts';

function provisioned(screening: object) {
  const parsed = parseProvision(JSON.stringify({ screening }));
  if (!parsed.ok) throw new Error(parsed.error);
  return toScreening(parsed.value.screening ?? {}, DEFAULT_SCREENING);
}

test('what the file says replaces what is set, the rest stays', () => {
  const settings = provisioned({
    thresholds: { junk: 4, quarantine: null, reject: 20 },
    greylisting: { enabled: true, delaySeconds: 60 },
    engines: [
      { kind: 'clamav', at: '/run/clamav/clamd.ctl' },
      { kind: 'rspamd', at: '127.0.0.1:11333' },
    ],
    quarantine: { handledBy: { forged: 'administrators' } },
    rules: [{ name: 'Friends', action: 'accept', sender: 'server2.com' }],
  });
  expect(settings.thresholds).toEqual({ junk: 4, quarantine: null, reject: 20 });
  expect(settings.greylisting).toMatchObject({ isEnabled: true, delayMs: 60_000, passesToTrust: 5 });
  expect(settings.engines).toMatchObject([
    { target: { kind: 'local', path: '/run/clamav/clamd.ctl' }, whenUnavailable: 'defer' },
    { target: { kind: 'tcp', host: '127.0.0.1', port: 11_333 }, whenUnavailable: 'skip' },
  ]);
  expect(settings.rules).toEqual([
    { id: '1', name: 'Friends', isEnabled: true, action: 'accept', sender: 'server2.com' },
  ]);
  expect(settings.quarantine).toMatchObject({
    keepDays: 30,
    handledBy: { forged: 'administrators', junk: 'account' },
  });
  expect(settings.dnsLists).toBe(DEFAULT_SCREENING.dnsLists);
});

test('an unknown key is refused with its path', () => {
  const parsed = parseProvision(
    JSON.stringify({ screening: { engines: [{ kind: 'clamav', at: 'x:1', wrong: 1 }] } }),
  );
  expect(parsed).toMatchObject({ ok: false, error: 'screening.engines[0].wrong: unknown key' });
});

test('senders are stored as lists compare them, and what is none is refused with its path', () => {
  const parsed = parseProvision(
    JSON.stringify({ screening: { allow: ['*.Example.COM'], block: ['192.0.2.0/24'] } }),
  );
  expect(parsed).toMatchObject({
    value: { screening: { allow: ['example.com'], block: ['192.0.2.0/24'] } },
  });
  const wrong = parseProvision(JSON.stringify({ screening: { block: ['x y'] } }));
  expect(wrong).toMatchObject({ error: 'screening.block[0]: is no address, domain or network' });
});

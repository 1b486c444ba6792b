import { expect, it } from 'vitest';
import { defaultSettings } from '../default-settings.ts';
import { parseProvision } from './schema.ts';
import { toTrustSettings } from './trust.ts';

function read(file: object, current = defaultSettings('mail.example.com')) {
  const parsed = parseProvision(JSON.stringify(file));
  if (!parsed.ok) throw new Error(parsed.error);
  return toTrustSettings(parsed.value, current);
}

it('takes one pair of certificate files, or several', () => {
  const one = { certFile: '/a.pem', keyFile: '/a.key' };
  expect(read({ tls: one })).toEqual({ certificateFiles: [one] });
  const other = { certFile: '/b.pem', keyFile: '/b.key' };
  expect(read({ tls: [one, other] })).toEqual({ certificateFiles: [one, other] });
});

it('asks an authority with as little as an address', () => {
  expect(read({ acme: { email: 'office@example.com' } }).acme).toMatchObject({
    isOn: true,
    directoryUrl: 'https://acme-v02.api.letsencrypt.org/directory',
    challenge: 'http-01',
    email: 'office@example.com',
    binding: null,
  });
});

it('refuses an authority without TLS, with the path', () => {
  expect(parseProvision('{"acme":{"directory":"http://ca.example/"}}')).toMatchObject({
    ok: false,
    error: expect.stringContaining('acme.directory') as string,
  });
});

it('switches policies of the domains that it names, and leaves others alone', () => {
  const current = {
    ...defaultSettings('mail.example.com'),
    mtaSts: [
      { domain: 'kept.example', mode: 'enforce' } as const,
      { domain: 'gone.example', mode: 'testing' } as const,
    ],
  };
  const domains = [
    { name: 'New.example', mtaSts: 'testing' },
    { name: 'gone.example', mtaSts: 'off' },
    { name: 'kept.example' },
  ];
  expect(read({ domains }, current).mtaSts).toEqual([
    { domain: 'kept.example', mode: 'enforce' },
    { domain: 'new.example', mode: 'testing' },
  ]);
  expect(read({}, current)).toEqual({});
});

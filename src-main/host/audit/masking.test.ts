import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceOf } from './difference.ts';
import { maskSecrets } from './masking.ts';

const SECRET = 'only-tom-knows-7';

it.each([
  { password: SECRET },
  { current: 'x', newPassword: SECRET },
  { relay: { user: 'tom', password: SECRET } },
  { csv: `tom@server1.com,Tom,${SECRET}` },
  { recoveryKey: SECRET },
  { key: `-----BEGIN PRIVATE KEY-----${SECRET}` },
  { code: SECRET },
  { token: SECRET },
  { secret: [SECRET] },
  { response: { id: 'a', response: { clientDataJSON: SECRET } } },
  { consoleUrl: `https://tom:${SECRET}@mail.example.com/` },
  { text: `redirect "${SECRET}";` },
])('%j leaves no secret', (input) => {
  expect(JSON.stringify(maskSecrets(input))).not.toContain(SECRET);
});

it('keeps what says what was done', () => {
  expect(
    maskSecrets({ id: 7, name: 'Tom', domains: ['server1.com'], isEnabled: false, quotaBytes: null }),
  ).toEqual({
    ...{ id: 7, name: 'Tom', domains: ['server1.com'], isEnabled: false, quotaBytes: null },
  });
});

it('bounds whatever comes', () => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 4 }), (value) => {
      expect(() => JSON.stringify(maskSecrets(value))).not.toThrow();
    }),
  );
  const long = maskSecrets({ names: Array.from({ length: 5000 }, (_, i) => `x${i}`.repeat(500)) });
  expect(JSON.stringify(long).length).toBeLessThan(20_000);
});

it('says what became different, and of a secret only that it did', () => {
  const before = { relay: { mode: 'mx', password: 'old' }, hostname: 'a.example', same: [1] };
  const after = { relay: { mode: 'smarthost', password: SECRET }, same: [1], added: true };
  expect(differenceOf(before, after)).toEqual([
    { path: 'added', before: null, after: 'true' },
    { path: 'hostname', before: '"a.example"', after: null },
    { path: 'relay.mode', before: '"mx"', after: '"smarthost"' },
    { path: 'relay.password', before: '"***"', after: '"***"' },
  ]);
});

it('finds nothing between what is the same', () => {
  expect(differenceOf(undefined, undefined)).toEqual([]);
  expect(differenceOf({ a: 1 }, { a: 1 })).toEqual([]);
});

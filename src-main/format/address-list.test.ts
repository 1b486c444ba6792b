import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddressList } from './address-list.ts';

const GROUP_END = { name: null, mailbox: null, host: null };

test.each([
  ['tom@example.com', [{ name: null, mailbox: 'tom', host: 'example.com' }]],
  ['Tom Doe <tom@example.com>', [{ name: 'Tom Doe', mailbox: 'tom', host: 'example.com' }]],
  ['"Doe, Tom" <tom@example.com>', [{ name: 'Doe, Tom', mailbox: 'tom', host: 'example.com' }]],
  ['"a \\"b\\" c" <tom@example.com>', [{ name: 'a "b" c', mailbox: 'tom', host: 'example.com' }]],
  ['tom@example.com (Tom (the) Doe)', [{ name: 'Tom (the) Doe', mailbox: 'tom', host: 'example.com' }]],
  ['<@route:tom@example.com>', [{ name: null, mailbox: 'tom', host: 'example.com', route: '@route' }]],
  ['<"tom doe"@example.com>', [{ name: null, mailbox: 'tom doe', host: 'example.com' }]],
  ['"a@b"@example.com', [{ name: null, mailbox: 'a@b', host: 'example.com' }]],
  ['tom@[192.0.2.1]', [{ name: null, mailbox: 'tom', host: '[192.0.2.1]' }]],
  ['tom . doe @ example . com', [{ name: null, mailbox: 'tom.doe', host: 'example.com' }]],
  [
    '=?utf-8?q?T=C3=B6m?= <tom@example.com>',
    [{ name: '=?utf-8?q?T=C3=B6m?=', mailbox: 'tom', host: 'example.com' }],
  ],
  ['Töm <töm@exämple.com>', [{ name: 'Töm', mailbox: 'töm', host: 'exämple.com' }]],
  ['undisclosed-recipients:;', [{ name: null, mailbox: 'undisclosed-recipients', host: null }, GROUP_END]],
  [
    'group: g1@d1.org, g2@d2.org;, group2: g3@d3.org;',
    [
      { name: null, mailbox: 'group', host: null },
      { name: null, mailbox: 'g1', host: 'd1.org' },
      { name: null, mailbox: 'g2', host: 'd2.org' },
      GROUP_END,
      { name: null, mailbox: 'group2', host: null },
      { name: null, mailbox: 'g3', host: 'd3.org' },
      GROUP_END,
    ],
  ],
  [
    'group: a@b',
    [{ name: null, mailbox: 'group', host: null }, { name: null, mailbox: 'a', host: 'b' }, GROUP_END],
  ],
  [
    'a@b; c@d',
    [
      { name: null, mailbox: 'a', host: 'b' },
      { name: null, mailbox: 'c', host: 'd' },
    ],
  ],
  [',, a@b,', [{ name: null, mailbox: 'a', host: 'b' }]],
  ['tom', [{ name: null, mailbox: 'tom', host: '' }]],
  ['', []],
])('parses %j', (text, addresses) => {
  expect(parseAddressList(text)).toEqual(addresses);
});

test('takes linear time and never throws', () => {
  for (const hostile of ['(', '"', '<', '[', ':', 'a:', '\\', '(\\', '<"', ',']) {
    parseAddressList(hostile.repeat(50_000));
  }
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', '@', '<', '>', '(', ')', '"', '\\', ',', ';', ':', ' ', '[', ']'),
      }),
      (text) => {
        let groups = 0;
        for (const address of parseAddressList(text)) {
          if (address.host === null) groups += address.mailbox === null ? -1 : 1;
        }
        expect(groups).toBe(0);
      },
    ),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { octetsOfText } from '../../../../test/support/screened-message.ts';
import { findLinks, registeredDomain } from './links.ts';
import { readMessageText } from './message-text.ts';

test('texts are decoded, of HTML the words are left, attachments are not read', async () => {
  const text = await readMessageText(
    octetsOfText(`Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<p>Sch=F6ne <b>Gr=FC=DFe</b></p><style>p{}</style>
--b
Content-Type: text/plain
Content-Disposition: attachment; filename=secret.txt

not shown
--b--
`),
  );
  expect(text.fields('subject')).toEqual(['Grüße']);
  expect(text.body.replace(/\s+/g, ' ').trim()).toBe('Schöne Grüße');
});

test('links tell where they lead and what they show', () => {
  const html = `<a href="https://evil.example/login?x=1">https://bank.example/</a> <a href='http://user@shop.example:8080/'>Shop</a>`;
  expect(findLinks(html, true)).toEqual([
    { host: 'evil.example', shownHost: 'bank.example' },
    { host: 'shop.example', shownHost: null },
    { host: 'bank.example', shownHost: null },
  ]);
  expect(findLinks('see http://A.example/x, or https://a.example.', false)).toEqual([
    { host: 'a.example', shownHost: null },
  ]);
});

test.each([
  ['www.shop.example', 'shop.example'],
  ['a.b.shop.co.uk', 'shop.co.uk'],
  ['example', 'example'],
])('%s was registered as %s', (host, domain) => {
  expect(registeredDomain(host)).toBe(domain);
});

test('any text has links or none, in time', () => {
  fc.assert(fc.property(fc.string(), fc.boolean(), (text, isHtml) => Array.isArray(findLinks(text, isHtml))));
  expect(findLinks('<a href="http://x'.repeat(20_000), true).length).toBeLessThan(600);
});

test('a picture without words is told', async () => {
  const text = await readMessageText(
    octetsOfText('Content-Type: text/html\n\n<img src="http://x.example/1.png">Buy\n'),
  );
  expect(text.isOnlyPicture).toBe(true);
});

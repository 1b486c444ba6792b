import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childrenOf, formatXml, parseXml, textOf, type XmlNode } from './xml.ts';

describe('XML', () => {
  test('is elements and text; attributes, comments, prefixes and declarations are read over', () => {
    const parsed = parseXml(
      '\ufeff<?xml version="1.0"?><!-- c --><r:feedback xmlns:r="x"><a> 1 &lt; 2 &#38; &#x4e2d; </a><b x="1"/><a><![CDATA[<&]]></a></r:feedback>',
    );
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.name).toBe('feedback');
    expect(childrenOf(parsed.value, 'a').map(({ text }) => text)).toEqual(['1 < 2 & 中', '<&']);
    expect(textOf(parsed.value, 'b')).toBe('');
    expect(textOf(parsed.value, 'c')).toBe('');
  });

  test.each([
    ['nothing', ''],
    ['text alone', 'hello'],
    ['an element that is not closed', '<a><b></b>'],
    ['crossed elements', '<a><b></a></b>'],
    ['an end without beginning', '</a>'],
    ['a tag that does not end', '<a'],
    ['a comment that does not end', '<a><!-- </a>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'],
    ['depth without end', '<a>'.repeat(100) + '</a>'.repeat(100)],
  ])('%s is refused', (_, text) => {
    expect(parseXml(text).ok).toBe(false);
  });

  test('an entity that is none stays as it is', () => {
    expect(parseXml('<a>&b; &amp;amp;</a>')).toMatchObject({ ok: true, value: { text: '&b; &amp;' } });
  });

  test('what is written is read as it was', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .map((written) => written.replace(/[^\x20-\ud7ff]/g, '').trim());
    const node = fc.record({ a: text, b: text });
    fc.assert(
      fc.property(node, ({ a, b }) => {
        const written: XmlNode = ['root', [['a', a], undefined, ['b', b], ['n', 5]]];
        const parsed = parseXml(formatXml(written));
        expect(parsed.ok && [textOf(parsed.value, 'a'), textOf(parsed.value, 'b')]).toEqual([a, b]);
      }),
    );
  });
});

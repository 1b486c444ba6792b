import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributeOf, parseXml, type XmlElement } from './xml.ts';
import { XmlTagReader, type XmlTag } from './xml-tags.ts';

const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The tags, or what is wrong; written in pieces of those lengths, and then the rest. */
function read(octets: Uint8Array, pieces: readonly number[] = []): readonly XmlTag[] | string {
  const reader = new XmlTagReader();
  const tags: XmlTag[] = [];
  let at = 0;
  for (const length of [...pieces, octets.length]) {
    const written = reader.write(octets.slice(at, at + length));
    if (!written.ok) return written.error;
    tags.push(...written.value);
    at += length;
  }
  const ended = reader.end();
  return ended.ok ? tags : ended.error;
}

const readText = (text: string) => read(octetsOf(text));

describe('XML in a stream', () => {
  test('is tags with their places; text, CDATA, comments and declarations are passed over', () => {
    const text = '\ufeff<?xml version="1.0"?><!-- <b> --><a x="1">é<r:b y=\'2\'/><![CDATA[</a>]]></a>\n';
    const place = (part: string) => {
      const start = octetsOf(text.slice(0, text.lastIndexOf(part))).length;
      return { start, end: start + octetsOf(part).length };
    };
    const b = place("<r:b y='2'/>");
    expect(readText(text)).toEqual([
      { kind: 'open', name: 'a', attributeText: ' x="1"', ...place('<a x="1">') },
      { kind: 'open', name: 'b', attributeText: " y='2'", ...b },
      { kind: 'close', name: 'b', attributeText: '', ...b },
      { kind: 'close', name: 'a', attributeText: '', ...place('</a>') },
    ]);
  });

  test('has attributes with whatever XML 1.0 §2.3 allows in them', () => {
    const tags = readText(`<a x="1 > 2 / 'é' &lt;&#10;" y='"'/>`);
    const [tag] = typeof tags === 'string' ? [] : tags;
    expect(tag && [attributeOf(tag, 'x'), attributeOf(tag, 'y')]).toEqual([`1 > 2 / 'é' <\n`, '"']);
  });

  test.each([
    ['', 'there is no element'],
    ['hello', 'there is no element'],
    ['<a><b></b>', 'an element is not closed'],
    ['<a><b></a></b>', 'the end of "a" has no beginning'],
    ['</a>', 'the end of "a" has no beginning'],
    ['<a', 'the markup does not end'],
    ['<a x="></a>', 'the markup does not end'],
    ['<a><!-- </a>', 'the markup does not end'],
    ['<a/><b/>', 'there is more than one element'],
    ['< a/>', 'a tag has no name'],
    ['<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>', 'a document type declaration is not allowed'],
    [Array(300).fill('<a>').join(''), 'the elements are nested too deep'],
    [`<a x="${'y'.repeat(1024 * 1024)}"`, 'a tag is too long'],
  ])('%j is refused', (text, error) => {
    expect(readText(text)).toBe(error);
  });

  test('is the same wherever it is cut', () => {
    const text = '<?xml version="1.0"?><!--->--><a x="é>"><![CDATA[]]]]><b/>中<c y=">"></c></a>';
    const whole = readText(text);
    expect(whole).toHaveLength(6);
    for (let at = 1; at < octetsOf(text).length; at++) expect(read(octetsOf(text), [at])).toEqual(whole);
    expect(read(octetsOf(text), Array<number>(octetsOf(text).length).fill(1))).toEqual(whole);
  });

  test('says what parseXml() says of the same document', () => {
    const name = fc.constantFrom('a', 'Folder', 'x:b');
    const value = fc.string().map((text) => text.replaceAll(/[<>&"]/gu, '_'));
    const elementOf = (child: fc.Arbitrary<string>) =>
      fc
        .tuple(name, value, fc.array(child, { maxLength: 3 }))
        .map(([tag, text, children]) => `<${tag} v="${text}">${children.join(' ')}</${tag}>`);
    const element = elementOf(elementOf(elementOf(fc.constantFrom('x', '<b v=""/>'))));
    const pieces = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 20 });
    fc.assert(
      fc.property(element, pieces, (text, lengths) => {
        const whole = parseXml(text);
        if (!whole.ok) throw new Error(whole.error);
        const tags = read(octetsOf(text), lengths);
        const opened = typeof tags === 'string' ? [] : tags.filter(({ kind }) => kind === 'open');
        expect(opened.map((tag) => [tag.name, attributeOf(tag, 'v')])).toEqual(flatten(whole.value));
      }),
    );
  });

  test('of anything at all is an answer, and the same in pieces', () => {
    const soup = fc
      .array(
        fc.constantFrom('<', '>', '/', '"', "'", '!', '--', '[CDATA[', ']]>', '?', 'a', ' ', '=', '\u00e9'),
      )
      .map((parts) => octetsOf(parts.join('')));
    const pieces = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(soup, fc.uint8Array()), pieces, (octets, lengths) => {
        expect(read(octets, lengths)).toEqual(read(octets));
      }),
      { numRuns: 2000 },
    );
  });
});

function flatten(element: XmlElement): readonly (readonly [string, string | null])[] {
  return [[element.name, attributeOf(element, 'v')], ...element.children.flatMap(flatten)];
}

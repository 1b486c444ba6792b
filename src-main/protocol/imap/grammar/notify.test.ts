import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cursor, ImapSyntaxError } from './cursor.ts';
import { parseNotify } from './notify.ts';

const parse = (text: string) => parseNotify(new Cursor(text));

describe('RFC 5465 §8 NOTIFY', () => {
  test('takes events with and without parentheses, in any case', () => {
    const events = new Set(['MessageNew', 'MessageExpunge']);
    const filter = { kind: 'subtree', mailboxes: ['Lists'] };
    const group = { filter, events, newItems: [] };
    expect(parse(' set status (subtree Lists messagenew MESSAGEEXPUNGE)')).toEqual({
      name: 'NOTIFY',
      groups: [group],
      withStatus: true,
      unsupported: [],
    });
    expect(parse(' SET (subtree Lists (MessageNew MessageExpunge))').groups).toEqual([group]);
    expect(parse(' SET (mailboxes (a "b c") NONE)').groups).toEqual([
      { filter: { kind: 'mailboxes', mailboxes: ['a', 'b c'] }, events: new Set(), newItems: [] },
    ]);
    expect(parse(' NONE').groups).toBeNull();
  });

  test('keeps events that are not known, so that they can be refused', () => {
    expect(parse(' SET (personal (AnnotationChange MailboxName X))').unsupported).toEqual([
      'AnnotationChange',
      'X',
    ]);
  });

  test('however many events we do not know, they are read', () => {
    const events = 'SubameboxName '.repeat(300_000).trim();
    expect(parse(` SET (mailboxes a (${events}))`).unsupported).toHaveLength(300_000);
  });

  test('whatever comes is parsed or a syntax error', () => {
    const word = fc.constantFrom(
      ' ',
      '(',
      ')',
      'SET',
      'STATUS',
      'selected',
      'subtree',
      'mailboxes',
      'a',
      'MessageNew',
      'uid',
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        try {
          parse(` SET (${words.join('')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ImapSyntaxError);
        }
      }),
    );
  });
});

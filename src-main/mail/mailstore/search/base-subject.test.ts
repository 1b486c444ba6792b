import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baseSubject } from './base-subject.ts';

// RFC 5256 §2.1
test.each([
  ['hello', 'hello', false],
  ['', '', false],
  ['Re: hello', 'hello', true],
  ['RE: re: Fwd: FW: hello', 'hello', true],
  ['Re[2]: hello', 'hello', true],
  ['Re [2] : hello', 'hello', true],
  ['[list] hello', 'hello', false],
  ['[list] [other] Re: [list] hello', 'hello', true],
  ['[list]', '[list]', false],
  ['[one] [two]', '[two]', false],
  ['hello (fwd)', 'hello', true],
  ['hello (fwd) (FWD)  ', 'hello', true],
  ['[fwd: hello]', 'hello', true],
  ['[Fwd: Re: [fwd: hello (fwd)]]', 'hello', true],
  ['  white \t  space  ', 'white space', false],
  ['Regarding: this', 'Regarding: this', false],
  ['Re: ', '', true],
])('%j has the base subject %j', (subject, text, isReply) => {
  expect(baseSubject(subject)).toEqual({ text, isReply });
});

const pieces = fc.constantFrom(
  'Re:',
  'fwd:',
  ' ',
  '\t',
  '[list]',
  '[',
  ']',
  '(fwd)',
  '[fwd:',
  'hello',
  ':',
  '预算',
);

test('the base subject of a base subject is itself', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const { text } = baseSubject(parts.join(''));
      expect(baseSubject(text).text).toBe(text);
    }),
  );
});

test('marks of replies in front change nothing but that it is a reply', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const subject = parts.join('');
      const marked = baseSubject(`Re: ${subject}`);
      expect(marked).toEqual({ text: baseSubject(subject).text, isReply: true });
    }),
  );
});

test('a hostile subject takes no time', () => {
  const start = performance.now();
  for (const piece of ['Re:', '[', '[]', '(fwd)', '[fwd:', ' ']) baseSubject(piece.repeat(100_000));
  expect(performance.now() - start).toBeLessThan(200);
});

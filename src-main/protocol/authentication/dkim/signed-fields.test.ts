import { describe, expect, test } from 'vitest';
import type { RawField } from './canonical-header.ts';
import { SignedFields } from './signed-fields.ts';

const field = (name: string, body: string): RawField => ({
  name: name.toLowerCase(),
  text: `${name}: ${body}\r\n`,
});

describe('the fields that a signature covers', () => {
  const lower = field('Subject', 'lower');
  const fields = new SignedFields([field('Subject', 'upper'), field('To', ' a  b '), lower]);

  test('are taken from the bottom, one for each name (RFC 6376 §5.4.2)', () => {
    expect(fields.textOf(['subject'], 'simple')).toBe('Subject: lower\r\n');
    expect(fields.textOf(['Subject', 'to', 'subject', 'subject', 'cc'], 'relaxed')).toBe(
      'subject:lower\r\nto:a b\r\nsubject:upper\r\n',
    );
  });

  test('are never the field of the signature itself', () => {
    expect(fields.textOf(['subject', 'subject'], 'simple', lower)).toBe('Subject: upper\r\n');
  });

  test('are looked at once, however many of one name there are and however many signatures cover them', () => {
    const reads = { name: 0, text: 0 };
    const counted = Array.from({ length: 1_000 }, (_, at): RawField => ({
      get name() {
        reads.name++;
        return 'to';
      },
      get text() {
        reads.text++;
        return `To: a${at}@server2.com\r\n`;
      },
    }));
    const many = new SignedFields(counted);
    const names = counted.map(() => 'to');
    const texts = Array.from({ length: 50 }, () => many.textOf(names, 'relaxed'));
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toMatch(/^to:a999@server2.com\r\nto:a998@/);
    // Made canonical: the name of each is written once more, and its text is looked at for the colon and what is behind it.
    expect(reads).toEqual({ name: 2_000, text: 2_000 });
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMaildirFlags, MaildirKeywords, parseMaildirFlags } from './maildir-name.ts';
import { formatStatusFields, readStatusFields } from './status-fields.ts';

const FLAGS = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft', '$Forwarded', 'work', '$Label1'];
const someFlags = fc.subarray(FLAGS);

test('Status fields are read as they were written, and taken off to the octet', () => {
  fc.assert(
    fc.property(
      someFlags,
      fc.constantFrom('Subject: x', 'Status: RO', 'X-Status: A', 'X-Keywords: other'),
      (flags, own) => {
        const block = formatStatusFields(flags);
        const read = readStatusFields(`${block}${own}\r\n\r\nbody`);
        expect([...read.flags].sort()).toEqual([...flags].sort());
        expect(read.ownOctets).toBe(block.length);
      },
    ),
  );
});

test("other programs' fields count wherever they stand in the header section, and stay", () => {
  const read = (header: string) => readStatusFields(`Subject: x\n${header}\n\nStatus: RO\n`);
  expect(read('Status: RO\nX-Status: AF')).toEqual({
    flags: ['\\Seen', '\\Answered', '\\Flagged'],
    ownOctets: 0,
    isExpunged: false,
  });
  expect(read('X-Mozilla-Status: 0007').flags).toEqual(['\\Seen', '\\Answered', '\\Flagged']);
  expect(read('X-Mozilla-Status: 0009').isExpunged).toBe(true);
  expect(read('X-Mozilla-Keys: $label1 work').flags).toEqual(['$label1', 'work']);
  expect(read('To: x').flags).toEqual([]);
});

test('flags in the names of a Maildir are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(someFlags, { maxLength: 5 }), (messages) => {
      const keywords = new MaildirKeywords();
      const names = messages.map((flags) => `1.U2.host${formatMaildirFlags(flags, keywords)}`);
      const again = MaildirKeywords.parse(keywords.format());
      const read = names.map((name) => [...parseMaildirFlags(name, again)].sort());
      expect(read).toEqual(messages.map((flags) => [...flags].sort()));
    }),
  );
});

test('the 27th keyword of a folder has no letter', () => {
  const keywords = new MaildirKeywords();
  const many = Array.from({ length: 27 }, (_, index) => `k${index}`);
  expect(formatMaildirFlags(many, keywords)).toBe(':2,abcdefghijklmnopqrstuvwxyz');
  expect(parseMaildirFlags('1.host;2,FS', keywords)).toEqual(['\\Flagged', '\\Seen']);
});

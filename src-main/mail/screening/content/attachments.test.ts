import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { expect, test } from 'vitest';
import { octetsOfText } from '../../../../test/support/screened-message.ts';
import { judgeAttachment } from '../checks/attachment-check.ts';
import { DEFAULT_SCREENING } from '../default-settings.ts';
import { readAttachments } from './attachments.ts';
import { readZipEntries } from './zip-entries.ts';

function withAttachment(name: string, content: Uint8Array): string {
  const base64 = Buffer.from(content).toString('base64').replace(/.{76}/g, '$&\n');
  return `From: a@example
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See attachment
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="${name}"
Content-Transfer-Encoding: base64

${base64}
--b--
`;
}

async function zipOf(names: readonly string[], sizeBytes = 10): Promise<Buffer> {
  const zip = new ZipFile();
  for (const name of names) zip.addBuffer(Buffer.alloc(sizeBytes, name), name, { compress: false });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function judge(name: string, content: Uint8Array) {
  const attachments = await readAttachments(octetsOfText(withAttachment(name, content)));
  const findings = attachments.flatMap((each) => judgeAttachment(each, DEFAULT_SCREENING.attachments));
  return findings.map(({ outcome }) => outcome);
}

test.each(['setup.exe', 'Invoice.PDF.Exe', 'invoice.exe ', 'invoice.exe.', 'x.js'])(
  '%s is forbidden by name',
  async (name) => {
    expect(await judge(name, Buffer.from('x'))).toEqual(['forbiddenType']);
  },
);

test.each(['invoice.pdf', 'exe', 'README', 'report.docx'])('%s may come in', async (name) => {
  expect(await judge(name, Buffer.from('x'))).toEqual([]);
});

test('a name that is encoded is read (RFC 2047, as mailers do)', async () => {
  const name = `=?utf-8?B?${Buffer.from('Rechnung für dich.exe').toString('base64')}?=`;
  expect(await judge(name, Buffer.from('x'))).toEqual(['forbiddenType']);
});

test('names inside an archive count', async () => {
  expect(await judge('photos.zip', await zipOf(['a.jpg', 'dir/b.scr']))).toEqual(['forbiddenInside']);
  expect(await judge('photos.zip', await zipOf(['a.jpg']))).toEqual([]);
});

test('the last name of a large archive is found at its end', async () => {
  const zip = await zipOf(['a.jpg', 'b.jpg', 'run.exe'], 400_000);
  expect(await judge('photos.zip', zip)).toEqual(['forbiddenInside']);
});

test('an archive with a password is told', async () => {
  const zip = await zipOf(['a.txt']);
  zip.writeUInt16LE(zip.readUInt16LE(6) | 1, 6);
  expect(await judge('locked.zip', zip)).toEqual(['encrypted']);
});

test('a program is one whatever it is called', async () => {
  expect(await judge('picture.jpg', Buffer.from('MZ\x90\0\x03'))).toEqual(['isProgram']);
  expect(await judge('picture.jpg', Buffer.from('\x7fELF'))).toEqual(['isProgram']);
});

test('octets that are no archive yield names or none, never an error', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom(Buffer.from('PK\x03\x04'), Buffer.from('PK\x01\x02'), Buffer.from('P')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(readZipEntries([Buffer.concat(pieces)])).toBeInstanceOf(Array);
    }),
  );
});

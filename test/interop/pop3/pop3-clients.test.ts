/** Mail clients that are not ours, on POP3: curl and Python's poplib. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SAMPLES, openTarget, runClient } from '../support/reading-target.ts';
import type { OpenTarget } from '../support/reading-target.ts';

let open: OpenTarget;

beforeAll(async () => {
  open = await openTarget();
  const { host, ports, anna, certificateFile } = open.target;
  const file = join(open.folder, 'upload.eml');
  for (const sample of SAMPLES) {
    await writeFile(file, sample);
    const sign = ['-s', '-S', '--cacert', certificateFile, '-u', `${anna.user}:${anna.password}`];
    await runClient('curl', [...sign, '-T', file, `imaps://${host}:${ports.imaps}/INBOX`]);
  }
});

afterAll(() => open.stop());

test('curl lists and reads every sample', async () => {
  const { host, ports, anna, certificateFile } = open.target;
  const sign = ['-s', '-S', '--cacert', certificateFile, '-u', `${anna.user}:${anna.password}`];
  const list = await runClient('curl', [...sign, `pop3s://${host}:${ports.pop3s}/`]);
  const sizes = SAMPLES.map((sample, index) => `${index + 1} ${Buffer.byteLength(sample)}\r\n`);
  expect(list).toBe(sizes.join(''));
  for (const [index, sample] of SAMPLES.entries()) {
    const text = await runClient('curl', [
      ...sign,
      '--ssl-reqd',
      `pop3://${host}:${ports.pop3}/${index + 1}`,
    ]);
    expect(text).toBe(sample.endsWith('\r\n') ? sample : `${sample}\r\n`);
  }
});

test("Python's poplib goes through its whole vocabulary", async () => {
  const { host, ports, anna, certificateFile } = open.target;
  const script = join(import.meta.dirname, 'poplib_session.py');
  const args = [
    script,
    host,
    String(ports.pop3s),
    String(ports.pop3),
    anna.user,
    anna.password,
    certificateFile,
  ];
  expect(await runClient('python3', args)).toContain('poplib is content');
});

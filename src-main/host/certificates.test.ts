import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CertificateFileError, Certificates } from './certificates.ts';
import { makeSelfSigned } from './self-signed.ts';

const DAY_MS = 24 * 60 * 60_000;
const NOW = Date.UTC(2026, 5, 1);

let folder: string;
let now: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postroom-certificates-'));
  now = NOW;
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(hostname = 'mail.example.com'): Promise<Certificates> {
  return Certificates.open({ folder, now: () => now, hostname, files: null });
}

const fingerprint = () => readFileSync(join(folder, 'certificate.pem'), 'utf8');

describe('the self-signed certificate', () => {
  it('names the server and localhost, for as long as every client accepts', async () => {
    const { summary } = await open();
    expect(summary).toMatchObject({
      isSelfSigned: true,
      names: ['mail.example.com', 'localhost', '127.0.0.1'],
    });
    expect(summary.notAfter - NOW).toBeLessThanOrEqual(825 * DAY_MS);
  });

  it('is kept from start to start, its key readable by us alone', async () => {
    await open();
    const first = fingerprint();
    await open();
    expect(fingerprint()).toBe(first);
    expect(statSync(join(folder, 'key.pem')).mode & 0o077).toBe(0);
  });

  it('is made anew for another name, a month before its end, and when its files are damaged', async () => {
    const certificates = await open();
    const seen = new Set([fingerprint()]);
    await certificates.change({ hostname: 'post.example.com', files: null });
    expect(certificates.summary.names).toContain('post.example.com');
    seen.add(fingerprint());
    now += 800 * DAY_MS;
    await open('post.example.com');
    seen.add(fingerprint());
    writeFileSync(join(folder, 'key.pem'), 'damaged');
    await open('post.example.com');
    seen.add(fingerprint());
    expect(seen.size).toBe(4);
  });
});

describe("the administrator's own certificate", () => {
  it('is shown instead, and refused with the file that is wrong', async () => {
    const [own, other] = [
      await makeSelfSigned('own.example.com', NOW),
      await makeSelfSigned('x.example.com', NOW),
    ];
    const path = (name: string) => join(folder, name);
    writeFileSync(path('own.pem'), own.certificate);
    writeFileSync(path('own-key.pem'), own.key);
    writeFileSync(path('other-key.pem'), other.key);
    const certificates = await open();
    const own1 = { certFile: path('own.pem'), keyFile: path('own-key.pem') };
    await certificates.change({ hostname: 'mail.example.com', files: own1 });
    expect(certificates.summary.names).toContain('own.example.com');
    const wrongKey = { ...own1, keyFile: path('other-key.pem') };
    await expect(certificates.change({ hostname: 'a', files: wrongKey })).rejects.toThrow(
      CertificateFileError,
    );
    const missing = { ...own1, certFile: path('nowhere.pem') };
    await expect(certificates.change({ hostname: 'a', files: missing })).rejects.toThrow('nowhere.pem');
    expect(certificates.summary.names).toContain('own.example.com');
  });
});

/** What the mail servers of others need around them in tests. */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes `certificate.pem` and `key.pem` in the folder. */
export function makeCertificate(folder: string, name: string): void {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  const subject = ['-subj', `/CN=${name}`, '-days', '2'];
  spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files]);
}

/** The number of a user or a group of this system. */
export function idOf(kind: '-u' | '-g', user: string): number {
  return Number(spawnSync('id', [kind, user], { encoding: 'utf8' }).stdout);
}

/** The new messages of a Maildir; none where it does not exist. */
export async function readMaildir(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'new')).catch(() => []);
  return Promise.all(names.map((name) => readFile(join(folder, 'new', name), 'utf8')));
}

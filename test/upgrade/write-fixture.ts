/**
 * `node test/upgrade/write-fixture.ts PROGRAM NAME [--no-relay]`: has a version of Postroom (its built service.js) write a data folder,
 * and keeps it beside what mail programs saw in it: fixtures/NAME.tar.gz and fixtures/NAME.json. Run once for each release.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeWorkFolder, OFFICE, startOffice } from '../support/service-process.ts';
import { readMail, UNREACHABLE, writeMail } from './office-mail.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

const [program, name, ...flags] = process.argv.slice(2);
if (program === undefined || name === undefined) throw new Error('which program, and which name?');
const leaves = !flags.includes('--no-relay');
const folder = await makeWorkFolder(leaves ? { ...OFFICE, ...UNREACHABLE } : OFFICE);
const service = await startOffice(folder, { serviceFile: program });
await writeMail(service, leaves);
const mail = await readMail(service);
await service.end('SIGTERM');
await mkdir(FIXTURES, { recursive: true });
await writeFile(join(FIXTURES, `${name}.json`), `${JSON.stringify({ leaves, mail }, null, 2)}\n`);
execFileSync('tar', ['-C', folder.data, '-czf', join(FIXTURES, `${name}.tar.gz`), '.']);
await folder.remove();
console.log(
  `${name}: ${
    Object.values(mail)
      .flat()
      .flatMap(({ messages }) => messages).length
  } messages`,
);

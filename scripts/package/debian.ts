/**
 * The Debian package of a server without a desktop: /opt/postroom, the unit, the account. `dpkg-deb` makes it; what it asks and keeps is in
 * resources/debian/.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unitFile } from '../../src-main/host/system-service/systemd/unit-file.ts';
import type { ServicePlan } from '../../src-main/host/system-service/port.ts';
import { PROJECT_FOLDER } from '../build-if-needed.ts';
import { run } from '../run-step.ts';
import { layOut, setTimes, sizeOf } from './layout.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const PROGRAM_FOLDER = '/opt/postroom';
const SCRIPTS = ['config', 'postinst', 'prerm', 'postrm'];

export interface PackageFacts {
  readonly version: string;
  /** Seconds since 1970: of the commit that it is made of. */
  readonly builtAt: number;
}

function planOfPackage(version: string): ServicePlan {
  return {
    program: [`${PROGRAM_FOLDER}/bin/node`, `${PROGRAM_FOLDER}/out/main/service.js`],
    programFolders: [PROGRAM_FOLDER],
    ...{ dataFolder: '/var/lib/postroom', account: 'postroom', console: '127.0.0.1:8025', version },
    ...{ serveArguments: [], writable: [], provisionFile: null, passphraseFile: null },
  };
}

/** Lays out the package in a folder and packs it; the answer is its path. */
export async function makeDebianPackage(
  folders: { readonly work: string; readonly out: string },
  { version, builtAt }: PackageFacts,
): Promise<string> {
  const root = join(folders.work, 'debian');
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const plan = planOfPackage(version);
  layOut(join(root, PROGRAM_FOLDER));
  write(join(root, 'lib/systemd/system/postroom.service'), unitFile(plan));
  write(join(root, PROGRAM_FOLDER, 'service.json'), `${JSON.stringify(plan, null, 2)}\n`);
  write(join(root, 'usr/bin/postroom'), `#!/bin/sh\nexec ${plan.program.join(' ')} "$@"\n`, 0o755);
  place('copyright', join(root, 'usr/share/doc/postroom/copyright'));
  place('ufw', join(root, 'etc/ufw/applications.d/postroom'));
  write(join(root, 'DEBIAN/conffiles'), '/etc/ufw/applications.d/postroom\n');
  place('templates', join(root, 'DEBIAN/templates'));
  for (const script of SCRIPTS) place(script, join(root, 'DEBIAN', script), 0o755);
  write(join(root, 'DEBIAN/control'), control({ version, architecture, size: sizeOf(root) }));
  setTimes(root, builtAt);
  const path = join(folders.out, `postroom_${version}_${architecture}.deb`);
  const env = { SOURCE_DATE_EPOCH: String(builtAt) };
  const code = await run('dpkg-deb', ['--root-owner-group', '-Zzstd', '--build', root, path], { env });
  if (code !== 0) throw new Error(`dpkg-deb ended with ${String(code)}`);
  return path;
}

function control(facts: {
  readonly version: string;
  readonly architecture: string;
  readonly size: number;
}): string {
  return `Package: postroom
Version: ${facts.version}
Architecture: ${facts.architecture}
Maintainer: Postroom <packages@postroom.invalid>
Installed-Size: ${String(facts.size)}
Depends: libc6 (>= 2.28), libstdc++6, passwd, debconf (>= 0.5) | debconf-2.0
Recommends: systemd
Section: mail
Priority: optional
Description: mail server for a small office
 Submission, relay, queue, delivery, mailboxes, POP3 and IMAP in one program,
 steered by a console in the browser. This package has the server alone, with
 a Node of its own, and runs it as a service.
`;
}

function place(name: string, target: string, mode = 0o644): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(PROJECT_FOLDER, 'resources/debian', name), target);
  chmodSync(target, mode);
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
}

export function readVersion(): string {
  const text = readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

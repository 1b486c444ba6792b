/** The programs of others that the tests use: installed from Debian's packages when we may, named when we may not. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run-step.ts';

interface NeededProgram {
  readonly package: string;
  /** A file that the package brings. */
  readonly file: string;
}

export const NEEDED_PROGRAMS: readonly NeededProgram[] = [
  { package: 'chromium', file: '/usr/bin/chromium' },
  { package: 'fonts-noto-cjk', file: '/usr/share/doc/fonts-noto-cjk' },
  { package: 'curl', file: '/usr/bin/curl' },
  // The calls of a service, recorded and made to fail.
  { package: 'strace', file: '/usr/bin/strace' },
  { package: 'libfaketime', file: '/usr/share/doc/libfaketime' },
  { package: 'swaks', file: '/usr/bin/swaks' },
  { package: 'mutt', file: '/usr/bin/mutt' },
  { package: 'isync', file: '/usr/bin/mbsync' },
  { package: 'fetchmail', file: '/usr/bin/fetchmail' },
  { package: 'getmail6', file: '/usr/bin/getmail' },
  { package: 'mpop', file: '/usr/bin/mpop' },
  { package: 'msmtp', file: '/usr/bin/msmtp' },
  { package: 'neomutt', file: '/usr/bin/neomutt' },
  { package: 'alpine', file: '/usr/bin/alpine' },
  { package: 'offlineimap3', file: '/usr/bin/offlineimap' },
  { package: 'sieve-connect', file: '/usr/bin/sieve-connect' },
  { package: 'python3', file: '/usr/bin/python3' },
  { package: 'python3-sievelib', file: '/usr/lib/python3/dist-packages/sievelib/__init__.py' },
  { package: 'python3-yaml', file: '/usr/lib/python3/dist-packages/yaml/__init__.py' },
  { package: 'python3-spf', file: '/usr/lib/python3/dist-packages/spf.py' },
  { package: 'python3-dkim', file: '/usr/bin/dkimverify' },
  // Ed25519 for dkimverify.
  { package: 'python3-nacl', file: '/usr/lib/python3/dist-packages/nacl/__init__.py' },
  { package: 'opendkim', file: '/usr/sbin/opendkim' },
  { package: 'openssl', file: '/usr/bin/openssl' },
  { package: 'gsasl', file: '/usr/bin/gsasl' },
  { package: 'bind9', file: '/usr/sbin/named' },
  { package: 'bind9-dnsutils', file: '/usr/bin/dig' },
  { package: 'pebble', file: '/usr/bin/pebble' },
  { package: 'postfix', file: '/usr/sbin/smtp-sink' },
  { package: 'dovecot-lmtpd', file: '/usr/lib/dovecot/lmtp' },
  // The service, as systemd judges and runs it, and as a Windows service under Mono.
  { package: 'systemd', file: '/usr/bin/systemd-analyze' },
  { package: 'systemd-container', file: '/usr/bin/systemd-nspawn' },
  { package: 'dbus', file: '/usr/bin/dbus-daemon' },
  { package: 'mono-mcs', file: '/usr/bin/mcs' },
  {
    package: 'libmono-system-serviceprocess4.0-cil',
    file: '/usr/share/doc/libmono-system-serviceprocess4.0-cil',
  },
  { package: 'shellcheck', file: '/usr/bin/shellcheck' },
  { package: 'nsis', file: '/usr/bin/makensis' },
  // What the unpacked Exim below is linked with.
  { package: 'libgnutls-dane0', file: '/usr/share/doc/libgnutls-dane0' },
  { package: 'libidn12', file: '/usr/share/doc/libidn12' },
  { package: 'libnsl2', file: '/usr/share/doc/libnsl2' },
];

/** Debian lets one mail server be installed at a time; Exim needs nothing but its program, which is unpacked here. */
const EXIM_FOLDER = fileURLToPath(new URL('../node_modules/.cache/exim', import.meta.url));
const EXIM: NeededProgram = { package: 'exim4-daemon-light', file: join(EXIM_FOLDER, 'usr/sbin/exim4') };
export const EXIM_PROGRAM = EXIM.file;
/** Exim will not start where the user it was built for does not exist. */
export const EXIM_USER = 'Debian-exim';

export function missingPrograms(): readonly NeededProgram[] {
  return [...NEEDED_PROGRAMS, EXIM].filter((program) => !existsSync(program.file));
}

/** Installs what is missing where this is Debian and we are root; answers what is missing still. */
export async function installMissing(): Promise<readonly NeededProgram[]> {
  const missing = missingPrograms();
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (missing.length === 0 || !mayInstall) return missing;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Postfix is for tests that bring their own configuration: it is not to take port 25 of this machine.
  const noServer = 'postfix postfix/main_mailer_type select No configuration\n';
  spawnSync('debconf-set-selections', { input: noServer });
  await run('apt-get', ['update', '-qq'], { env });
  const names = missing.filter((program) => program !== EXIM).map((program) => program.package);
  if (names.length > 0)
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  if (missing.includes(EXIM)) await unpackExim();
  return missingPrograms();
}

async function unpackExim(): Promise<void> {
  mkdirSync(EXIM_FOLDER, { recursive: true });
  await run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', EXIM.package], {
    cwd: EXIM_FOLDER,
  });
  const archive = readdirSync(EXIM_FOLDER).find((name) => name.endsWith('.deb')) ?? '';
  await run('dpkg-deb', ['--extract', join(EXIM_FOLDER, archive), EXIM_FOLDER]);
  if (spawnSync('id', [EXIM_USER]).status === 0) return;
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', EXIM_USER]);
}

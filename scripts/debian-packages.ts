/** The programs of others that the tests use: installed from Debian's packages when we may, named when we may not. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
  { package: 'swaks', file: '/usr/bin/swaks' },
  { package: 'mutt', file: '/usr/bin/mutt' },
  { package: 'isync', file: '/usr/bin/mbsync' },
  { package: 'python3', file: '/usr/bin/python3' },
  { package: 'openssl', file: '/usr/bin/openssl' },
  { package: 'postfix', file: '/usr/sbin/smtp-sink' },
];

export function missingPrograms(): readonly NeededProgram[] {
  return NEEDED_PROGRAMS.filter((program) => !existsSync(program.file));
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
  const names = missing.map((program) => program.package);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  return missingPrograms();
}

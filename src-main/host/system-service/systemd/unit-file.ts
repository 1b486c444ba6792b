/**
 * Unit file: the service as systemd knows it (systemd.service(5), systemd.exec(5)), shut off from everything it does not need.
 *
 * Invariants: it sees one writable place, its data (and what `writable` names); its only privilege is to listen on ports below 1024.
 * MemoryDenyWriteExecute= is not set: V8 compiles at run time, and without that every message would take many times as long.
 */
import { posix } from 'node:path';
import { commandOf } from '../common.ts';
import type { ServicePlan } from '../port.ts';

const STATE_ROOT = '/var/lib/';
/** What ProtectHome= hides. */
const HOMES = ['/home/', '/root/', '/run/user/'];
/** PrivateTmp= puts empty ones in their place. */
const TEMPORARY = ['/tmp/', '/var/tmp/'];

/** Network services need these; the rest of the system stays as it is. */
const SANDBOX = `NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources`;

/**
 * How the C library keeps memory: two arenas for all threads, since each thread's own keeps what it once had; and thresholds that stay,
 * since by themselves they rise with the largest buffer that was ever freed. Larger than what one read of a socket takes (64 KiB).
 * Measured: 110 MiB at rest instead of 118; 258 instead of 326 after 5,000 small messages and 100 of 2 MB, at the same processor time.
 */
export const MEMORY_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '81920',
};

export function unitFile(plan: ServicePlan): string {
  return `[Unit]
Description=Postroom mail server
Wants=network-online.target
After=network-online.target nss-lookup.target time-sync.target
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
# READY=1 and WATCHDOG=1 come from systemd-notify, a child of the service.
Type=notify
NotifyAccess=all
ExecStart=${commandLine(plan)}
SyslogIdentifier=postroom
User=${plan.account}
Group=${plan.account}
UMask=0077
# An upgrade may have a large database to go through before it serves.
TimeoutStartSec=1h
TimeoutStopSec=30
WatchdogSec=90
Restart=on-failure
RestartSec=2
LimitNOFILE=65536
# What a burst took is given back (mallopt(3)).
Environment=${Object.entries(MEMORY_ENVIRONMENT)
    .map((pair) => pair.join('='))
    .join(' ')}
${places(plan).join('\n')}
${SANDBOX}

[Install]
WantedBy=multi-user.target
`;
}

/** The path within /var/lib that systemd makes and gives to the account; null: the folder lies elsewhere. */
export function stateDirectory(dataFolder: string): string | null {
  const folder = posix.normalize(dataFolder).replace(/\/$/u, '');
  return folder.startsWith(STATE_ROOT) ? folder.slice(STATE_ROOT.length) : null;
}

export function isInHome(path: string): boolean {
  return isBelow(path, HOMES);
}

/** Where the sandbox shows it only if it is told to. */
function isHidden(path: string): boolean {
  return isBelow(path, [...HOMES, ...TEMPORARY]);
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => `${posix.normalize(path)}/`.startsWith(folder));
}

function commandLine(plan: ServicePlan): string {
  const files = [
    ...(plan.provisionFile === null ? [] : ['--provision %d/provision']),
    ...(plan.passphraseFile === null ? [] : ['--passphrase-file %d/passphrase']),
  ];
  return [...commandOf(plan, 'systemd').map(quoteArgument), ...files].join(' ');
}

function places(plan: ServicePlan): readonly string[] {
  const state = stateDirectory(plan.dataFolder);
  const writable = [...(state === null ? [plan.dataFolder] : []), ...plan.writable];
  const homes = [...plan.programFolders, ...plan.writable].some(isInHome);
  return [
    ...(state === null ? [] : [`StateDirectory=${quotePath(state)}`, 'StateDirectoryMode=0700']),
    ...writable.map((path) => `${isHidden(path) ? 'BindPaths' : 'ReadWritePaths'}=${quotePath(path)}`),
    homes ? 'ProtectHome=tmpfs' : 'ProtectHome=yes',
    ...plan.programFolders.filter(isHidden).map((path) => `BindReadOnlyPaths=${quotePath(path)}`),
    ...credentials(plan),
  ];
}

/** systemd.exec(5): read by process 1, so neither the account nor the sandbox need see the files. */
function credentials({ provisionFile, passphraseFile }: ServicePlan): readonly string[] {
  const plain = (name: string, path: string) => `LoadCredential=${name}:${path.replaceAll('%', '%%')}`;
  const provision = provisionFile === null ? [] : [plain('provision', provisionFile)];
  if (passphraseFile === null) return provision;
  const passphrase = plain('passphrase', passphraseFile.path);
  const isEncrypted = passphraseFile.isEncrypted;
  return [
    ...provision,
    isEncrypted ? passphrase.replace('LoadCredential', 'LoadCredentialEncrypted') : passphrase,
  ];
}

/** systemd.service(5), "Command lines": `%` and `$` are special there, quotes as in C. */
function quoteArgument(text: string): string {
  const escaped = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/u.test(escaped) ? escaped : quoted(escaped);
}

function quotePath(text: string): string {
  const escaped = text.replaceAll('%', '%%');
  return /^[\w@%+=,./-]+$/u.test(escaped) ? escaped : quoted(escaped);
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

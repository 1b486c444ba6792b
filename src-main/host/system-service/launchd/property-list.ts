/** Property list: the service as launchd knows it (launchd.plist(5)). */
import { commandOf } from '../common.ts';
import type { ServicePlan } from '../port.ts';

export const LABEL = 'org.postroom.server';
export const LOG_PATH = '/Library/Logs/Postroom/postroom.log';

/** 077: what it writes is its own. */
const UMASK = 0o077;
const MOST_FILES = 65_536;
/** The server gives running sessions 10 s. */
const STOP_SECONDS = 30;
const RESTART_SECONDS = 5;

type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };

/** Below 1024 macOS lets every account listen, if it is on all addresses: no privilege is needed. */
export function propertyList(plan: ServicePlan): string {
  const content: Value = {
    Label: LABEL,
    ProgramArguments: commandOf(plan, 'launchd'),
    UserName: plan.account,
    GroupName: plan.account,
    Umask: UMASK,
    RunAtLoad: true,
    // A clean end is meant; everything else starts again.
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: RESTART_SECONDS,
    ExitTimeOut: STOP_SECONDS,
    ProcessType: 'Interactive',
    WorkingDirectory: '/',
    StandardOutPath: LOG_PATH,
    StandardErrorPath: LOG_PATH,
    SoftResourceLimits: { NumberOfFiles: MOST_FILES },
    HardResourceLimits: { NumberOfFiles: MOST_FILES },
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(content)}
</plist>
`;
}

/** newsyslog.conf(5): at 10 MiB a new file, five old ones, compressed; the log stays the service's. */
export function logRotation(account: string): string {
  return `${LOG_PATH} ${account}:${account} 640 5 10240 * J\n`;
}

function element(value: Value, indent = ''): string {
  if (typeof value === 'boolean') return `${indent}<${String(value)}/>`;
  if (typeof value === 'number') return `${indent}<integer>${String(value)}</integer>`;
  if (typeof value === 'string') return `${indent}<string>${escaped(value)}</string>`;
  const inner = `${indent}  `;
  if (isList(value))
    return [`${indent}<array>`, ...value.map((item) => element(item, inner)), `${indent}</array>`].join('\n');
  const entries = Object.entries(value).flatMap(([key, item]) => [
    `${inner}<key>${escaped(key)}</key>`,
    element(item, inner),
  ]);
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join('\n');
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

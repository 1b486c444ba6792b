/** The command line of the service shell, read and checked. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { LOG_LEVELS, type LogLevel } from '../base/logger.ts';
import { err, ok, type Result } from '../base/result.ts';
import { keyOptions, type KeyOptions } from './key-options.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import type { ListenerName } from '../host/port.ts';
import { SERVICE_MANAGERS, type ServiceManager } from '../host/system-service/port.ts';
import { LISTENER_PLANS, WEB_LISTENER_PLANS, type PortChoices } from '../host/ports.ts';

export const USAGE = `usage: postroom serve [--data DIR] [--provision FILE] [--bind ADDR] [--ports LIST]
                      [--key-file FILE] [--passphrase-file FILE]
                      [--console ADDR:PORT] [--log-level LEVEL]
       postroom start   the same; takes free high ports where the standard ones cannot be had, and opens the console

  --data DIR           data folder (default ${defaultDataFolder()})
  --provision FILE     JSON set-up, applied at start
  --key-file FILE      the key that the data is encrypted with (default: postroom.key in the data folder)
  --passphrase-file FILE  a passphrase that protects the key, read at start; -: from standard input
  --bind ADDR          address of the mail listeners (default: all)
  --ports LIST         e.g. smtp=2525,imap=off,imaps=0 (0: any free port; off: not served)
  --console ADDR:PORT  address of the console (default 127.0.0.1:8025)
  --log-level LEVEL    ${LOG_LEVELS.join(', ')} (default info)
  --managed-by NAME    what started it: ${SERVICE_MANAGERS.join(', ')}; set by postroom service`;

const DEFAULT_CONSOLE = { address: '127.0.0.1', port: 8025 };
const HIGHEST_PORT = 65_535;

export interface ServiceOptions {
  readonly command: 'serve' | 'start';
  readonly dataFolder: string;
  readonly provisionFile: string | null;
  readonly key: KeyOptions;
  readonly bind: string | null;
  readonly ports: PortChoices;
  readonly console: { readonly address: string; readonly port: number };
  readonly logLevel: LogLevel;
  /** What started it, and starts it again when it fails; null: somebody at a terminal, or a script. */
  readonly managedBy: ServiceManager | null;
}

/** The options, or a sentence that names what is unusable. */
export function parseOptions(args: readonly string[]): Result<ServiceOptions, string> {
  const parsed = parseTexts(args);
  if (!parsed.ok) return parsed;
  const { command, values } = parsed.value;
  const ports = parsePorts(values.ports ?? '');
  if (!ports.ok) return ports;
  const console =
    values.console === undefined ? ok(DEFAULT_CONSOLE) : parseEndpoint('--console', values.console);
  if (!console.ok) return console;
  const logLevel = LOG_LEVELS.find((level) => level === (values['log-level'] ?? 'info'));
  if (logLevel === undefined)
    return err(`--log-level ${values['log-level']}: not one of ${LOG_LEVELS.join(', ')}`);
  const managedBy = SERVICE_MANAGERS.find((each) => each === values['managed-by']);
  if (values['managed-by'] !== undefined && managedBy === undefined)
    return err(`--managed-by ${values['managed-by']}: not one of ${SERVICE_MANAGERS.join(', ')}`);
  return ok({
    command,
    dataFolder: resolve(values.data ?? defaultDataFolder()),
    provisionFile: values.provision === undefined ? null : resolve(values.provision),
    key: keyOptions(values),
    bind: values.bind ?? null,
    ports: ports.value,
    console: console.value,
    logLevel,
    managedBy: managedBy ?? null,
  });
}

type Texts = Partial<
  Record<
    | 'data'
    | 'provision'
    | 'key-file'
    | 'passphrase-file'
    | 'bind'
    | 'ports'
    | 'console'
    | 'log-level'
    | 'managed-by',
    string
  >
>;

function parseTexts(
  args: readonly string[],
): Result<{ command: ServiceOptions['command']; values: Texts }, string> {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{ data: text, provision: text, bind: text, ports: text, console: text, 'log-level': text },
        ...{ 'key-file': text, 'passphrase-file': text, 'managed-by': text },
      },
    });
    const [command = 'serve', ...extra] = positionals;
    if (command !== 'serve' && command !== 'start') return err(`${command}: not a command`);
    if (extra.length > 0) return err(`${extra[0]}: not understood`);
    return ok({ command, values });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** `smtp=2525,imap=off` */
export function parsePorts(list: string): Result<PortChoices, string> {
  const choices: Partial<Record<ListenerName, number | 'off'>> = {};
  const names: readonly ListenerName[] = [...LISTENER_PLANS, ...WEB_LISTENER_PLANS].map(({ name }) => name);
  for (const item of list.split(',').filter((part) => part.trim() !== '')) {
    const [key = '', value = '', ...rest] = item.split('=').map((part) => part.trim());
    const name = names.find((known) => known === key);
    if (name === undefined) return err(`--ports ${item}: no listener is called ${JSON.stringify(key)}`);
    const port = value === 'off' ? 'off' : parsePort(value);
    if (port === null || rest.length > 0) return err(`--ports ${item}: not a port number, 0 or off`);
    choices[name] = port;
  }
  return ok(choices);
}

/** `ADDR:PORT` of an option. */
export function parseEndpoint(
  option: string,
  text: string,
): Result<{ address: string; port: number }, string> {
  const at = text.lastIndexOf(':');
  const address = text.slice(0, at).replace(/^\[(.*)\]$/u, '$1');
  const port = parsePort(text.slice(at + 1));
  if (at < 1 || port === null) return err(`${option} ${text}: not ADDR:PORT`);
  return ok({ address, port });
}

function parsePort(text: string): number | null {
  if (!/^\d{1,5}$/u.test(text)) return null;
  const port = Number(text);
  return port <= HIGHEST_PORT ? port : null;
}

/** What `postroom service` was asked for, and the plan that an installation follows. */
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import type { ServicePlan, SystemService } from '../host/system-service/port.ts';
import { parseOptions } from './options.ts';
import { VERSION } from './package-facts.ts';

const DEFAULT_CONSOLE = '127.0.0.1:8025';
const DEFAULT_LINES = 50;
/** Passed on to `postroom serve` as they are, once they are known to be usable. */
const SERVE_OPTIONS = ['bind', 'ports', 'key-file', 'log-level'] as const;

export type ServiceCommand =
  | { readonly name: 'install'; readonly wishes: InstallWishes }
  | { readonly name: 'start' | 'stop' | 'restart' }
  | { readonly name: 'status'; readonly asJson: boolean }
  | { readonly name: 'logs'; readonly lines: number; readonly follows: boolean }
  /** null: nobody said. */
  | { readonly name: 'uninstall'; readonly removesData: boolean | null };

/** null, or empty: as before, or as usual. */
export interface InstallWishes {
  readonly dataFolder: string | null;
  readonly moveData: string | null;
  readonly account: string | null;
  readonly console: string | null;
  readonly serveArguments: readonly string[];
  readonly writable: readonly string[];
  readonly provisionFile: string | null;
  readonly passphraseFile: ServicePlan['passphraseFile'];
  readonly printsOnly: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  install: {
    ...{ data: text, 'move-data': text, user: text, console: text, print: flag },
    writable: { type: 'string', multiple: true },
    ...{ provision: text, bind: text, ports: text, 'key-file': text, 'log-level': text },
    ...{ 'passphrase-file': text, 'passphrase-credential': text },
  },
  start: {},
  stop: {},
  restart: {},
  status: { json: flag },
  logs: { follow: { ...flag, short: 'f' }, lines: { ...text, short: 'n' } },
  uninstall: { 'remove-data': flag, 'keep-data': flag },
} as const;
type Verb = keyof typeof OPTIONS;
type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export function parseServiceCommand(args: readonly string[]): Result<ServiceCommand, string> {
  const [verb = '', ...rest] = args;
  if (!isVerb(verb))
    return err(`service ${verb}: not one of ${Object.keys(OPTIONS).join(', ')}`.replace('  ', ' '));
  try {
    const { values } = parseArgs({ args: rest, options: OPTIONS[verb] });
    return commandOf(verb, values as Values);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function isVerb(text: string): text is Verb {
  return Object.hasOwn(OPTIONS, text);
}

function commandOf(verb: Verb, values: Values): Result<ServiceCommand, string> {
  switch (verb) {
    case 'install':
      return readWishes(values);
    case 'status':
      return ok({ name: verb, asJson: values['json'] === true });
    case 'logs':
      return readLogs(values);
    case 'uninstall':
      return readUninstall(values);
    case 'start':
    case 'stop':
    case 'restart':
      return ok({ name: verb });
  }
}

function readWishes(values: Values): Result<ServiceCommand, string> {
  if (values['data'] !== undefined && values['move-data'] !== undefined)
    return err('--data and --move-data do not go together');
  if (values['passphrase-file'] !== undefined && values['passphrase-credential'] !== undefined)
    return err('--passphrase-file and --passphrase-credential do not go together');
  const serveArguments = SERVE_OPTIONS.flatMap((name) => {
    const value = stringOf(values, name);
    if (value === null) return [];
    return [`--${name}`, name === 'key-file' ? resolve(value) : value];
  });
  const console = stringOf(values, 'console');
  const usable = parseOptions([...serveArguments, ...(console === null ? [] : ['--console', console])]);
  if (!usable.ok) return usable;
  const wishes: InstallWishes = {
    ...{ serveArguments, console, account: stringOf(values, 'user') },
    dataFolder: pathOf(values, 'data'),
    moveData: pathOf(values, 'move-data'),
    writable: ((values['writable'] as readonly string[] | undefined) ?? []).map((path) => resolve(path)),
    provisionFile: pathOf(values, 'provision'),
    passphraseFile: readPassphraseFile(values),
    printsOnly: values['print'] === true,
  };
  return ok({ name: 'install', wishes });
}

function readPassphraseFile(values: Values): ServicePlan['passphraseFile'] {
  const plain = pathOf(values, 'passphrase-file');
  const encrypted = pathOf(values, 'passphrase-credential');
  const path = plain ?? encrypted;
  return path === null ? null : { path, isEncrypted: encrypted !== null };
}

function readLogs(values: Values): Result<ServiceCommand, string> {
  const lines = Number(stringOf(values, 'lines') ?? DEFAULT_LINES);
  if (!Number.isInteger(lines) || lines < 0) return err('--lines needs a number');
  return ok({ name: 'logs', lines, follows: values['follow'] === true });
}

function readUninstall(values: Values): Result<ServiceCommand, string> {
  const { 'remove-data': removes, 'keep-data': keeps } = values;
  if (removes === true && keeps === true) return err('--remove-data and --keep-data do not go together');
  return ok({
    name: 'uninstall',
    removesData: removes === true ? true : keeps === true ? false : null,
  });
}

function stringOf(values: Values, name: string): string | null {
  const value = values[name];
  return typeof value === 'string' ? value : null;
}

function pathOf(values: Values, name: string): string | null {
  const value = stringOf(values, name);
  return value === null ? null : resolve(value);
}

export interface PlanFacts {
  /** What is installed now. */
  readonly earlier: ServicePlan | null;
  readonly service: Pick<SystemService, 'defaults' | 'manager'>;
  readonly program: readonly [string, string];
}

/** What nobody says now stays as it was installed before. */
export function planOf(
  wishes: InstallWishes,
  { earlier, service, program }: PlanFacts,
): Result<ServicePlan, string> {
  const { defaults } = service;
  const account = wishes.account ?? earlier?.account ?? defaults.account;
  if (/[\p{Cc}:/]/u.test(account)) return err(`--user ${account}: no name of an account`);
  const plan: ServicePlan = {
    program,
    programFolders: foldersOf(program),
    dataFolder: wishes.dataFolder ?? earlier?.dataFolder ?? defaults.dataFolder,
    account,
    console: wishes.console ?? earlier?.console ?? DEFAULT_CONSOLE,
    serveArguments:
      wishes.serveArguments.length > 0 ? wishes.serveArguments : (earlier?.serveArguments ?? []),
    writable: wishes.writable.length > 0 ? wishes.writable : (earlier?.writable ?? []),
    provisionFile: wishes.provisionFile ?? earlier?.provisionFile ?? null,
    passphraseFile: wishes.passphraseFile ?? earlier?.passphraseFile ?? null,
    version: VERSION,
  };
  const files = [plan.provisionFile ?? '', plan.passphraseFile?.path ?? ''];
  const places = [...plan.program, plan.dataFolder, ...plan.serveArguments, ...plan.writable, ...files];
  const broken = places.find((place) => /\p{Cc}/u.test(place));
  return broken === undefined ? ok(plan) : err(`${JSON.stringify(broken)}: a control character in it`);
}

/** The folder above `node_modules`, or the package; and Node's, where that lies elsewhere. */
export function foldersOf([node, entry]: readonly [string, string]): readonly string[] {
  const [above = ''] = entry.split(/[\\/]node_modules[\\/]/u);
  const own = above === entry ? join(dirname(entry), '..', '..') : above;
  return node.startsWith(own) ? [own] : [own, dirname(node)];
}

/**
 * Postroom as a Windows service: an account of its own (`NT SERVICE\Postroom`), a small wrapper that the service control manager talks
 * to, restarts on failure, and rules in the firewall.
 *
 * Node is no service by itself. The wrapper (resources/windows/postroom-service.cs) is compiled here, by the compiler of the .NET
 * Framework that every Windows has. Invariants: program files are writable by administrators only; the data by the service and them.
 */
import { win32 } from 'node:path';
import { err, ok, type Result } from '../../../base/result.ts';
import {
  commandOf,
  NO_RIGHTS,
  NOT_INSTALLED,
  parseRecord,
  PRIVATE_FOLDER,
  recordOf,
  refuseCredentials,
  removeData,
  runAll,
} from '../common.ts';
import type {
  Done,
  LogRequest,
  ServicePlan,
  ServiceProblem,
  ServiceState,
  ServiceStatus,
  SystemService,
} from '../port.ts';
import type { CommandEnd, SystemTools } from '../system-tools.ts';
import { windowsCommandLine } from './command-line.ts';

export const SERVICE_NAME = 'Postroom';
/** High and system integrity: an administrator who has agreed. */
const ADMINISTRATOR = /S-1-16-(?:12288|16384)/u;
const NO_SUCH_SERVICE = 1060;
const ALREADY_RUNNING = 1056;
const NOT_STARTED = 1062;
/** Seconds after which the count of failures begins anew, and the pauses before each restart. */
const RECOVERY = ['reset=', '86400', 'actions=', 'restart/2000/restart/10000/restart/60000'];
const POLL_MS = 250;
const MOST_POLLS = 240;
const MAIL_PORTS = '25,80,110,143,443,465,587,993,995,4190';

export interface WindowsPlaces {
  /** %ProgramData%, %ProgramFiles%, %SystemRoot% */
  readonly programData: string;
  readonly programFiles: string;
  readonly systemRoot: string;
  /** The wrapper's source, as the package brings it. */
  readonly wrapperSource: string;
}

export class WindowsService implements SystemService {
  readonly manager = 'windows' as const;
  readonly defaults: SystemService['defaults'];
  readonly #tools: SystemTools;
  readonly #places: WindowsPlaces;
  readonly #folder: string;

  constructor(tools: SystemTools, places: WindowsPlaces) {
    this.#tools = tools;
    this.#places = places;
    this.#folder = win32.join(places.programFiles, 'Postroom Service');
    const dataFolder = win32.join(places.programData, 'Postroom');
    this.defaults = { dataFolder, account: `NT SERVICE\\${SERVICE_NAME}` };
  }

  describe(plan: ServicePlan): string {
    return `${windowsCommandLine(['sc.exe', ...this.#creation(plan)])}\n`;
  }

  async mayAdminister(): Promise<boolean> {
    return ADMINISTRATOR.test((await this.#tools.run('whoami.exe', ['/groups'])).output);
  }

  async status(): Promise<ServiceStatus> {
    const { code, output } = await this.#sc('queryex');
    if (code === NO_SUCH_SERVICE) return { kind: 'notInstalled' };
    const configuration = await this.#sc('qc');
    const pid = Number(/PID\s*:\s*(\d+)/u.exec(output)?.[1] ?? 0);
    const exitCode = Number(/WIN32_[A-Z_]+\s*:\s*(\d+)/u.exec(output)?.[1] ?? 0);
    const hasFailed = exitCode !== 0 && exitCode !== 1077;
    const state = stateOf(output);
    return {
      kind: 'installed',
      state: state === 'stopped' && hasFailed ? 'failed' : state,
      pid: pid === 0 ? null : pid,
      since: null,
      startsAtBoot: /AUTO_START/u.test(configuration.output),
      detail: hasFailed ? `exit code ${String(exitCode)}` : null,
      installed: parseRecord(await this.#tools.readFile(this.#record)),
    };
  }

  async install(plan: ServicePlan): Promise<Done> {
    if (!(await this.mayAdminister())) return err(NO_RIGHTS);
    const refused = refuseCredentials(plan);
    if (!refused.ok) return refused;
    const wasThere = (await this.status()).kind === 'installed';
    if (wasThere) {
      const stopped = await this.stop();
      if (!stopped.ok) return stopped;
    }
    const compiled = await this.#compile();
    if (!compiled.ok) return compiled;
    await this.#tools.writeFile(this.#record, recordOf(plan));
    const folders = [...new Set([plan.dataFolder, win32.dirname(this.#logFile)])];
    for (const folder of folders) await this.#tools.makeFolder(folder, PRIVATE_FOLDER);
    const [, name, ...settings] = this.#creation(plan);
    return runAll(this.#tools, [
      ['sc.exe', wasThere ? 'config' : 'create', name, ...settings],
      ['sc.exe', 'description', SERVICE_NAME, 'Mail server: submission, relay, delivery, IMAP and POP3.'],
      ['sc.exe', 'failure', SERVICE_NAME, ...RECOVERY],
      ['sc.exe', 'failureflag', SERVICE_NAME, '1'],
      // It may pass through folders to what it was given, and nothing else.
      ['sc.exe', 'privs', SERVICE_NAME, 'SeChangeNotifyPrivilege'],
      ...folders.map((folder) => ownedBy(plan.account, folder)),
      ...firewall(plan, wasThere),
    ]);
  }

  async start(): Promise<Done> {
    const begun = await this.startSoon();
    return begun.ok ? this.#until('running') : begun;
  }

  startSoon(): Promise<Done> {
    return this.#order('start', ALREADY_RUNNING);
  }

  async stop(): Promise<Done> {
    const begun = await this.#order('stop', NOT_STARTED);
    return begun.ok ? this.#until('stopped') : begun;
  }

  async restart(): Promise<Done> {
    const stopped = await this.stop();
    return stopped.ok ? this.start() : stopped;
  }

  async uninstall({ removesData }: { removesData: boolean }): Promise<Done> {
    const stopped = await this.stop();
    if (!stopped.ok) return stopped;
    const installed = parseRecord(await this.#tools.readFile(this.#record));
    const gone = await runAll(this.#tools, [['sc.exe', 'delete', SERVICE_NAME]]);
    if (!gone.ok) return gone;
    await this.#tools.run('netsh.exe', ['advfirewall', 'firewall', 'delete', 'rule', `name=${SERVICE_NAME}`]);
    await this.#tools.remove(this.#folder);
    if (!removesData || installed === null) return ok(undefined);
    return removeData(this.#tools, installed.dataFolder);
  }

  logs({ lines, follows, signal }: LogRequest): AsyncIterable<string> {
    const path = `'${this.#logFile.replaceAll("'", "''")}'`;
    const wait = follows ? ' -Wait' : '';
    const command = `Get-Content -Encoding UTF8 -LiteralPath ${path} -Tail ${String(lines)}${wait}`;
    return this.#tools.follow('powershell.exe', ['-NoProfile', '-Command', command], signal);
  }

  get #record(): string {
    return win32.join(this.#folder, 'service.json');
  }

  get #wrapper(): string {
    return win32.join(this.#folder, 'postroom-service.exe');
  }

  /** Beside the data, where the service may write. */
  get #logFile(): string {
    return win32.join(this.defaults.dataFolder, 'logs', 'postroom.log');
  }

  #creation(plan: ServicePlan): readonly [string, string, ...string[]] {
    const image = windowsCommandLine([this.#wrapper, this.#logFile, ...commandOf(plan, 'windows')]);
    const starting = ['start=', 'delayed-auto', 'DisplayName=', 'Postroom mail server'];
    return ['create', SERVICE_NAME, 'binPath=', image, 'obj=', plan.account, ...starting];
  }

  async #compile(): Promise<Result<void, ServiceProblem>> {
    const folders = ['Framework64', 'Framework'].map((name) =>
      win32.join(this.#places.systemRoot, 'Microsoft.NET', name, 'v4.0.30319', 'csc.exe'),
    );
    let compiler: string | undefined;
    for (const each of folders) if (await this.#tools.exists(each)) compiler ??= each;
    if (compiler === undefined)
      return err({
        kind: 'unusable',
        text: `the .NET Framework 4 is missing: there is no ${folders[0] ?? ''}`,
      });
    const source = win32.join(this.#folder, 'postroom-service.cs');
    await this.#tools.writeFile(source, this.#places.wrapperSource);
    const options = ['/nologo', '/optimize', '/target:exe', '/reference:System.ServiceProcess.dll'];
    return runAll(this.#tools, [[compiler, ...options, `/out:${this.#wrapper}`, source]]);
  }

  #sc(verb: string): Promise<CommandEnd> {
    return this.#tools.run('sc.exe', [verb, SERVICE_NAME]);
  }

  async #order(verb: 'start' | 'stop', alreadySo: number): Promise<Done> {
    if ((await this.status()).kind === 'notInstalled') return err(NOT_INSTALLED);
    if (!(await this.mayAdminister())) return err(NO_RIGHTS);
    const { code, output } = await this.#sc(verb);
    if (code === 0 || code === alreadySo) return ok(undefined);
    return err({ kind: 'failed', text: `sc.exe ${verb}: ${output.trim()}` });
  }

  async #until(wanted: 'running' | 'stopped'): Promise<Done> {
    for (let polls = 0; polls < MOST_POLLS; polls++) {
      const status = await this.status();
      if (status.kind === 'notInstalled') return err(NOT_INSTALLED);
      if (status.state === wanted || (wanted === 'stopped' && status.state === 'failed'))
        return ok(undefined);
      if (status.state === 'failed')
        return err({ kind: 'failed', text: `${status.detail ?? 'it failed'}; its log is ${this.#logFile}` });
      await this.#tools.wait(POLL_MS);
    }
    return err({ kind: 'failed', text: `it is not ${wanted} after a minute` });
  }
}

/** Inherited rights end at the folder: ProgramData is readable by everybody. */
function ownedBy(account: string, folder: string): readonly [string, ...string[]] {
  const full = [account, '*S-1-5-18', '*S-1-5-32-544'].map((who) => `${who}:(OI)(CI)F`);
  return ['icacls.exe', folder, '/inheritance:r', '/grant:r', ...full, '/Q'];
}

function firewall({ program }: ServicePlan, wasThere: boolean): readonly (readonly [string, ...string[]])[] {
  const rule = ['netsh.exe', 'advfirewall', 'firewall'] as const;
  const allowed = [
    'dir=in',
    'action=allow',
    'protocol=TCP',
    `localport=${MAIL_PORTS}`,
    `program=${program[0]}`,
  ];
  return [
    ...(wasThere ? [[...rule, 'delete', 'rule', `name=${SERVICE_NAME}`] as const] : []),
    [...rule, 'add', 'rule', `name=${SERVICE_NAME}`, ...allowed],
  ];
}

/** The names of states are English in every language of Windows. */
function stateOf(output: string): ServiceState {
  if (/\bRUNNING\b/u.test(output)) return 'running';
  if (/\bSTART_PENDING\b/u.test(output)) return 'starting';
  return /\bSTOP_PENDING\b/u.test(output) ? 'stopping' : 'stopped';
}

/**
 * Postroom under launchd: a daemon in the system's domain, with an account of its own that nobody signs in to.
 *
 * launchd knows a stopped daemon only by its file: stopping takes it out until the next boot or start.
 */
import { dirname } from 'node:path';
import { err, ok } from '../../../base/result.ts';
import {
  isRoot,
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
import type { SystemTools } from '../system-tools.ts';
import { LABEL, LOG_PATH, logRotation, propertyList } from './property-list.ts';

export const LIST_PATH = `/Library/LaunchDaemons/${LABEL}.plist`;
const SUPPORT = '/Library/Application Support/Postroom Service';
export const RECORD_PATH = `${SUPPORT}/service.json`;
const ROTATION_PATH = '/etc/newsyslog.d/postroom.conf';
const DEFAULTS = { dataFolder: '/Library/Application Support/Postroom', account: '_postroom' };
const TARGET = `system/${LABEL}`;

/** Accounts of services; Apple's own end below. */
const FIRST_ACCOUNT_ID = 350;
const LAST_ACCOUNT_ID = 499;
const POLL_MS = 200;
/** How long a start may take until it is told as it stands. */
const START_POLLS = 150;

export class LaunchdService implements SystemService {
  readonly manager = 'launchd' as const;
  readonly defaults = DEFAULTS;
  readonly #tools: SystemTools;

  constructor(tools: SystemTools) {
    this.#tools = tools;
  }

  describe(plan: ServicePlan): string {
    return propertyList(plan);
  }

  mayAdminister(): Promise<boolean> {
    return isRoot(this.#tools);
  }

  async status(): Promise<ServiceStatus> {
    if (!(await this.#tools.exists(LIST_PATH))) return { kind: 'notInstalled' };
    const { code, output } = await this.#tools.run('launchctl', ['print', TARGET]);
    const disabled = await this.#tools.run('launchctl', ['print-disabled', 'system']);
    const pid = /^\s*pid = (\d+)$/mu.exec(output)?.[1];
    const { state, detail } = code === 0 ? readState(output) : { state: 'stopped' as const, detail: null };
    return {
      ...{ kind: 'installed', state, detail },
      pid: pid === undefined ? null : Number(pid),
      since: null,
      startsAtBoot: !new RegExp(`"${LABEL}" => (?:disabled|true)`, 'u').test(disabled.output),
      installed: parseRecord(await this.#tools.readFile(RECORD_PATH)),
    };
  }

  async install(plan: ServicePlan): Promise<Done> {
    if (!(await this.mayAdminister())) return err(NO_RIGHTS);
    const refused = refuseCredentials(plan);
    if (!refused.ok) return refused;
    const made = await this.#makeAccount(plan);
    if (!made.ok) return made;
    await this.#tools.writeFile(LIST_PATH, propertyList(plan));
    await this.#tools.writeFile(ROTATION_PATH, logRotation(plan.account));
    await this.#tools.writeFile(RECORD_PATH, recordOf(plan));
    const owner = `${plan.account}:${plan.account}`;
    const folders = [plan.dataFolder, dirname(LOG_PATH)];
    for (const folder of folders) await this.#tools.makeFolder(folder, PRIVATE_FOLDER);
    return runAll(this.#tools, [
      ...folders.map((folder) => ['chown', '-R', owner, folder] as const),
      ['launchctl', 'enable', TARGET],
    ]);
  }

  async start(): Promise<Done> {
    const begun = await this.startSoon();
    return begun.ok ? this.#untilRunning() : begun;
  }

  async startSoon(): Promise<Done> {
    const refusal = await this.#refusal();
    if (refusal !== null) return err(refusal);
    const isLoaded = (await this.#tools.run('launchctl', ['print', TARGET])).code === 0;
    const verb: [string, ...string[]] = isLoaded
      ? ['launchctl', 'kickstart', TARGET]
      : ['launchctl', 'bootstrap', 'system', LIST_PATH];
    return runAll(this.#tools, [verb]);
  }

  async stop(): Promise<Done> {
    const refusal = await this.#refusal();
    if (refusal !== null) return err(refusal);
    const isLoaded = (await this.#tools.run('launchctl', ['print', TARGET])).code === 0;
    return isLoaded ? runAll(this.#tools, [['launchctl', 'bootout', TARGET]]) : ok(undefined);
  }

  /** Taken out and put in again, so that a new definition counts. */
  async restart(): Promise<Done> {
    const stopped = await this.stop();
    return stopped.ok ? this.start() : stopped;
  }

  async uninstall({ removesData }: { removesData: boolean }): Promise<Done> {
    const stopped = await this.stop();
    if (!stopped.ok) return stopped;
    const installed = parseRecord(await this.#tools.readFile(RECORD_PATH));
    for (const path of [LIST_PATH, ROTATION_PATH, RECORD_PATH]) await this.#tools.remove(path);
    await this.#tools.removeFolder(SUPPORT);
    if (!removesData || installed === null) return ok(undefined);
    return removeData(this.#tools, installed.dataFolder);
  }

  logs({ lines, follows, signal }: LogRequest): AsyncIterable<string> {
    const follow = follows ? ['-F'] : [];
    return this.#tools.follow('tail', ['-n', String(lines), ...follow, LOG_PATH], signal);
  }

  async #untilRunning(): Promise<Done> {
    for (let polls = 0; polls < START_POLLS; polls++) {
      const status = await this.status();
      if (status.kind === 'notInstalled') return err(NOT_INSTALLED);
      if (status.state === 'running') return ok(undefined);
      if (status.state === 'failed') break;
      await this.#tools.wait(POLL_MS);
    }
    const { output } = await this.#tools.run('tail', ['-n', '5', LOG_PATH]);
    return err({ kind: 'failed', text: output.trim() || 'it does not run' });
  }

  async #refusal(): Promise<ServiceProblem | null> {
    if (!(await this.#tools.exists(LIST_PATH))) return NOT_INSTALLED;
    return (await this.mayAdminister()) ? null : NO_RIGHTS;
  }

  async #makeAccount({ account }: ServicePlan): Promise<Done> {
    const user = `/Users/${account}`;
    if ((await this.#tools.run('dscl', ['.', '-read', user])).code === 0) return ok(undefined);
    const id = await this.#freeId();
    if (id === null) return err({ kind: 'failed', text: 'there is no free number for the account' });
    const group = `/Groups/${account}`;
    const set = (path: string, key: string, value: string) =>
      ['dscl', '.', '-create', path, key, value] as const;
    return runAll(this.#tools, [
      ['dscl', '.', '-create', group],
      set(group, 'PrimaryGroupID', id),
      ['dscl', '.', '-create', user],
      set(user, 'UniqueID', id),
      set(user, 'PrimaryGroupID', id),
      set(user, 'UserShell', '/usr/bin/false'),
      set(user, 'NFSHomeDirectory', '/var/empty'),
      set(user, 'RealName', 'Postroom mail server'),
      set(user, 'IsHidden', '1'),
    ]);
  }

  /** One that neither an account nor a group has. */
  async #freeId(): Promise<string | null> {
    const users = await this.#tools.run('dscl', ['.', '-list', '/Users', 'UniqueID']);
    const groups = await this.#tools.run('dscl', ['.', '-list', '/Groups', 'PrimaryGroupID']);
    const taken = new Set((users.output + groups.output).match(/\d+$/gmu) ?? []);
    for (let id = FIRST_ACCOUNT_ID; id <= LAST_ACCOUNT_ID; id++)
      if (!taken.has(String(id))) return String(id);
    return null;
  }
}

/** launchctl(1): `state = running`; a daemon that waits for its next try is `spawn scheduled`. */
function readState(output: string): { state: ServiceState; detail: string | null } {
  const state = /^\s*state = (.+)$/mu.exec(output)?.[1];
  const exitCode = /^\s*last exit code = (-?\d+)/mu.exec(output)?.[1] ?? '0';
  const detail = exitCode === '0' ? null : `exit code ${exitCode}`;
  if (state === 'running') return { state: 'running', detail };
  if (detail !== null) return { state: 'failed', detail };
  return { state: state === 'not running' ? 'stopped' : 'starting', detail };
}

/**
 * Postroom under systemd: a unit, a system user without a shell, and the record of what was installed.
 *
 * Invariants: a unit that a package brought is the package's: only the package removes it.
 */
import { dirname } from 'node:path';
import { err, ok } from '../../../base/result.ts';
import {
  isRoot,
  NO_RIGHTS,
  NOT_INSTALLED,
  outcomeOf,
  parseRecord,
  PRIVATE_FOLDER,
  recordOf,
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
import { isInHome, stateDirectory, unitFile } from './unit-file.ts';

export const UNIT_NAME = 'postroom.service';
export const UNIT_PATH = `/etc/systemd/system/${UNIT_NAME}`;
export const RECORD_PATH = '/etc/postroom/service.json';
const DEFAULTS = { dataFolder: '/var/lib/postroom', account: 'postroom' };

const PROPERTIES =
  'LoadState,ActiveState,SubState,MainPID,StateChangeTimestamp,UnitFileState,Result,ExecMainStatus,FragmentPath';
/** What a server says when it cannot start is one line. */
const FAILURE_LINES = 1;

type Properties = Readonly<Record<string, string>>;

export class SystemdService implements SystemService {
  readonly manager = 'systemd' as const;
  readonly defaults = DEFAULTS;
  readonly #tools: SystemTools;

  constructor(tools: SystemTools) {
    this.#tools = tools;
  }

  describe(plan: ServicePlan): string {
    return unitFile(plan);
  }

  mayAdminister(): Promise<boolean> {
    return isRoot(this.#tools);
  }

  async status(): Promise<ServiceStatus> {
    const properties = await this.#properties();
    if (properties['LoadState'] !== 'loaded') return { kind: 'notInstalled' };
    const state = stateOf(properties['ActiveState']);
    const pid = Number(properties['MainPID'] ?? 0);
    return {
      kind: 'installed',
      state,
      pid: pid === 0 ? null : pid,
      since: parseTime(properties['StateChangeTimestamp']),
      startsAtBoot: properties['UnitFileState'] === 'enabled',
      detail: detailOf(properties),
      installed: parseRecord(await this.#tools.readFile(RECORD_PATH)),
    };
  }

  async install(plan: ServicePlan): Promise<Done> {
    if (!(await this.mayAdminister())) return err(NO_RIGHTS);
    if (isInHome(plan.dataFolder))
      return err({
        kind: 'unusable',
        text: `${plan.dataFolder} lies in somebody's home, which the service does not see; --move-data ${plan.dataFolder} takes it to ${DEFAULTS.dataFolder}`,
      });
    const made = await this.#makeAccount(plan);
    if (!made.ok) return made;
    await this.#tools.writeFile(UNIT_PATH, unitFile(plan));
    await this.#tools.writeFile(RECORD_PATH, recordOf(plan));
    const owned = await this.#ownData(plan);
    if (!owned.ok) return owned;
    return runAll(this.#tools, [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--quiet', UNIT_NAME],
    ]);
  }

  start(): Promise<Done> {
    return this.#order('start');
  }

  startSoon(): Promise<Done> {
    return this.#order('start', '--no-block');
  }

  stop(): Promise<Done> {
    return this.#order('stop');
  }

  restart(): Promise<Done> {
    return this.#order('restart');
  }

  async uninstall({ removesData }: { removesData: boolean }): Promise<Done> {
    const refusal = await this.#refusal();
    if (refusal !== null) return err(refusal);
    const { FragmentPath = '' } = await this.#properties();
    if (FragmentPath !== UNIT_PATH)
      return err({ kind: 'unusable', text: `${FragmentPath} came with a package: remove the package` });
    const installed = parseRecord(await this.#tools.readFile(RECORD_PATH));
    const gone = await runAll(this.#tools, [['systemctl', 'disable', '--quiet', '--now', UNIT_NAME]]);
    if (!gone.ok) return gone;
    await this.#tools.remove(UNIT_PATH);
    await this.#tools.remove(RECORD_PATH);
    await this.#tools.removeFolder(dirname(RECORD_PATH));
    const reloaded = await runAll(this.#tools, [['systemctl', 'daemon-reload']]);
    // A unit that failed is remembered until somebody says otherwise.
    await this.#tools.run('systemctl', ['reset-failed', UNIT_NAME]);
    if (!reloaded.ok || !removesData || installed === null) return reloaded;
    return removeData(this.#tools, installed.dataFolder);
  }

  logs({ lines, follows, signal }: LogRequest): AsyncIterable<string> {
    const follow = follows ? ['--follow'] : [];
    const args = ['--unit', UNIT_NAME, '--no-pager', '--output', 'short-iso', '--lines', String(lines)];
    return this.#tools.follow('journalctl', [...args, ...follow], signal);
  }

  async #order(verb: 'start' | 'stop' | 'restart', ...options: string[]): Promise<Done> {
    const refusal = await this.#refusal();
    if (refusal !== null) return err(refusal);
    const end = await this.#tools.run('systemctl', [verb, ...options, UNIT_NAME]);
    if (end.code === 0 || verb === 'stop') return outcomeOf(`systemctl ${verb}`, end);
    // By its name: what a process says that ends at once is not put down to its unit any more.
    const own = ['--identifier', 'postroom'];
    const args = [...own, '--no-pager', '--output', 'cat', '--lines', String(FAILURE_LINES)];
    await this.#tools.run('journalctl', ['--sync']);
    const { output } = await this.#tools.run('journalctl', args);
    return outcomeOf(`systemctl ${verb}`, { ...end, errors: output.trim() || end.errors });
  }

  async #refusal(): Promise<ServiceProblem | null> {
    if ((await this.status()).kind === 'notInstalled') return NOT_INSTALLED;
    return (await this.mayAdminister()) ? null : NO_RIGHTS;
  }

  async #properties(): Promise<Properties> {
    const asked = ['--timestamp=utc', `--property=${PROPERTIES}`];
    const { output } = await this.#tools.run('systemctl', ['show', UNIT_NAME, ...asked]);
    const pairs = output.split('\n').map((line) => line.split(/=(.*)/su));
    return Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value]));
  }

  /** systemd gives StateDirectory= to the account itself; other folders are given here. */
  async #ownData({ dataFolder, account }: ServicePlan): Promise<Done> {
    if (stateDirectory(dataFolder) !== null) return ok(undefined);
    await this.#tools.makeFolder(dataFolder, PRIVATE_FOLDER);
    return runAll(this.#tools, [['chown', '-R', `${account}:${account}`, dataFolder]]);
  }

  async #makeAccount({ account, dataFolder }: ServicePlan): Promise<Done> {
    if ((await this.#tools.run('getent', ['passwd', account])).code === 0) return ok(undefined);
    const home = ['--no-create-home', '--home-dir', dataFolder, '--shell', '/usr/sbin/nologin'];
    return runAll(this.#tools, [['useradd', '--system', '--user-group', ...home, account]]);
  }
}

function stateOf(activeState: string | undefined): ServiceState {
  switch (activeState) {
    case 'active':
    case 'reloading':
      return 'running';
    case 'activating':
      return 'starting';
    case 'deactivating':
      return 'stopping';
    case 'failed':
      return 'failed';
    default:
      return 'stopped';
  }
}

function detailOf({ Result = 'success', ExecMainStatus = '0' }: Properties): string | null {
  return Result === 'success' ? null : `${Result} (${ExecMainStatus})`;
}

/** `Sat 2026-11-21 21:40:17 UTC` */
function parseTime(text = ''): number | null {
  const [, date, time] = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/u.exec(text) ?? [];
  return date === undefined || time === undefined ? null : Date.parse(`${date}T${time}Z`);
}

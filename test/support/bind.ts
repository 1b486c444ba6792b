/** Debian's BIND with zones of its own on loopback, for tests: takes updates that are signed with its key. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, untilListening } from './free-port.ts';

const ADDRESS = '127.0.0.1';

export interface BindKey {
  readonly name: string;
  readonly algorithm: 'hmac-sha256' | 'hmac-sha512';
  /** Base64. */
  readonly secret: string;
}

export interface BindOptions {
  readonly keys: readonly BindKey[];
  /** Lines of each zone besides SOA and NS. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
}

export class Bind {
  readonly server: { readonly address: string; readonly port: number };
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder;
    this.server = { address: ADDRESS, port };
    this.#process = process;
  }

  static async start(options: BindOptions): Promise<Bind> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-bind-'));
    const port = await findFreePort(ADDRESS);
    await mkdir(join(folder, 'zones'));
    for (const [zone, lines] of Object.entries(options.zones)) {
      await writeFile(join(folder, 'zones', zone), zoneFile(lines));
    }
    await writeFile(join(folder, 'named.conf'), configuration(folder, port, options));
    const process = spawn('/usr/sbin/named', ['-f', '-c', join(folder, 'named.conf')], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    await untilListening(ADDRESS, port);
    return new Bind(folder, port, process);
  }

  /** What dig says. */
  dig(name: string, type: string): readonly string[] {
    const { stdout } = spawnSync(
      '/usr/bin/dig',
      [`@${ADDRESS}`, '-p', String(this.server.port), '+short', '+tcp', name, type],
      { encoding: 'utf8' },
    );
    return stdout.split('\n').filter((line) => line !== '');
  }

  log(): Promise<string> {
    return readFile(join(this.#folder, 'named.log'), 'utf8');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function zoneFile(lines: readonly string[]): string {
  const start = [
    '$TTL 300',
    '@ IN SOA ns1 hostmaster 1 3600 600 86400 300',
    '@ IN NS ns1',
    'ns1 IN A 127.0.0.1',
  ];
  return [...start, ...lines, ''].join('\n');
}

function configuration(folder: string, port: number, { keys, zones }: BindOptions): string {
  const place = `port ${String(port)} { ${ADDRESS}; };`;
  return [
    ...keys.map(
      ({ name, algorithm, secret }) => `key "${name}" { algorithm ${algorithm}; secret "${secret}"; };`,
    ),
    `options { directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";`,
    `  listen-on ${place} listen-on-v6 { none; }; recursion no; dnssec-validation no; allow-transfer { none; }; };`,
    'controls { };',
    `logging { channel file { file "${folder}/named.log"; severity debug 1; }; category default { file; }; };`,
    ...Object.keys(zones).map(
      (zone) =>
        `zone "${zone}" { type primary; file "${folder}/zones/${zone}"; allow-update { key "${keys[0]?.name ?? ''}"; }; };`,
    ),
    '',
  ].join('\n');
}

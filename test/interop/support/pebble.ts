/** Debian's pebble, Let's Encrypt's ACME server for tests, in a folder of its own; it looks at challenges where it is told to. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, untilListening } from '../../support/free-port.ts';

const ADDRESS = '127.0.0.1';

export class Pebble {
  readonly directoryUrl: string;
  /** What trusts its own HTTPS, PEM. */
  readonly roots: string;
  readonly #folder: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(parts: {
    folder: string;
    directoryUrl: string;
    roots: string;
    processes: readonly ChildProcess[];
  }) {
    this.#folder = parts.folder;
    this.directoryUrl = parts.directoryUrl;
    this.roots = parts.roots;
    this.#processes = parts.processes;
  }

  /** Ports: where it looks for challenges, whatever the name. */
  static async start(ports: { http: number; https: number }): Promise<Pebble> {
    const folder = mkdtempSync(join(tmpdir(), 'postroom-pebble-'));
    makeCertificate(folder);
    const [port, management, dns, dnsManagement] = await Promise.all(
      [0, 0, 0, 0].map(() => findFreePort(ADDRESS)),
    );
    const config = {
      pebble: {
        listenAddress: `${ADDRESS}:${port}`,
        managementListenAddress: `${ADDRESS}:${management}`,
        certificate: join(folder, 'certificate.pem'),
        privateKey: join(folder, 'key.pem'),
        httpPort: ports.http,
        tlsPort: ports.https,
        ocspResponderURL: '',
        externalAccountBindingRequired: false,
      },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const none = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
    const dnsArguments = [
      '-dns01',
      `${ADDRESS}:${dns}`,
      '-management',
      `${ADDRESS}:${dnsManagement}`,
      '-defaultIPv6',
      '',
      ...none,
    ];
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20' };
    const processes = [
      spawn('pebble-challtestsrv', dnsArguments, { stdio: 'ignore' }),
      spawn('pebble', ['-config', join(folder, 'config.json'), '-dnsserver', `${ADDRESS}:${dns}`], {
        env,
        stdio: 'ignore',
      }),
    ];
    await Promise.all([untilListening(ADDRESS, port ?? 0), untilListening(ADDRESS, dnsManagement ?? 0)]);
    const roots = readFileSync(join(folder, 'certificate.pem'), 'utf8');
    return new Pebble({ folder, processes, roots, directoryUrl: `https://${ADDRESS}:${port}/dir` });
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) child.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function makeCertificate(folder: string): void {
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  const names = ['-subj', '/CN=pebble', '-addext', `subjectAltName=IP:${ADDRESS}`, '-days', '2'];
  spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...names, ...files]);
}

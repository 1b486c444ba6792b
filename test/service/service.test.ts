/** The service shell as scripts rely on it: options, READY line, provision file, signals, exit codes. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  runService,
  SERVICE_FILE,
  startOffice,
  startService,
} from '../support/service-process.ts';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;

beforeEach(async () => {
  folder = await makeWorkFolder();
});

afterEach(() => folder.remove());

function options(...more: readonly string[]): string[] {
  const all = [
    '--data',
    folder.data,
    '--bind',
    '127.0.0.1',
    '--ports',
    ALL_FREE_PORTS,
    '--console',
    '127.0.0.1:0',
  ];
  return [...all, '--log-level', 'error', ...more];
}

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('postroom serve', () => {
  it('says READY with every port and the console, and ends with 0 on SIGTERM', async () => {
    const service = await startOffice(folder);
    const names = ['smtp', 'submission', 'submissions', 'pop3', 'pop3s', 'imap', 'imaps', 'managesieve'];
    expect(Object.keys(service.ready.listeners).sort()).toEqual(names.sort());
    expect(service.ready.console).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/u);
    expect((await fetch(service.ready.console)).status).toBe(200);
    expect(await service.end('SIGTERM')).toBe(0);
  });

  it('leaves out listeners that are off', async () => {
    const service = await startService(options('--ports', `${ALL_FREE_PORTS},imap=off,pop3=off`));
    expect(service.ready.listeners).not.toHaveProperty('imap');
    expect(service.ready.listeners).not.toHaveProperty('pop3');
    await service.end();
  });

  it.each([
    [['--nonsense'], /--nonsense/u],
    [['--ports', 'smtp=banana'], /smtp=banana/u],
    [['--ports', 'smtpx=25'], /smtpx/u],
    [['--ports', 'smtp=70000'], /70000/u],
    [['--console', 'nowhere'], /--console nowhere/u],
    [['--log-level', 'loud'], /loud/u],
    [['fly'], /fly/u],
  ])('refuses %j with one line and exit 2', async (args, line) => {
    const ended = await runService(args);
    expect(ended).toMatchObject({ code: 2, output: '' });
    expect(ended.log.trim().split('\n')).toHaveLength(1);
    expect(ended.log).toMatch(line);
  });

  it('refuses a port that is taken, names it, and leaves no data folder behind', async () => {
    const server = await listenOn(0);
    const { port } = server.address() as { port: number };
    const ended = await runService(['serve', ...options('--ports', `${ALL_FREE_PORTS},smtp=${port}`)]);
    server.close();
    expect(ended.code).toBe(2);
    expect(ended.log).toContain(String(port));
    expect(existsSync(folder.data)).toBe(false);
  });

  it('refuses a data folder that is a file', async () => {
    await writeFile(folder.data, 'a file');
    const ended = await runService(['serve', ...options()]);
    expect(ended.code).toBe(2);
    expect(ended.log).toContain(folder.data);
  });

  it('refuses a data folder that another process has', async () => {
    const service = await startService(options());
    const ended = await runService(['serve', ...options()]);
    await service.end();
    expect(ended.code).toBe(2);
    expect(ended.log).toContain('in use by another Postroom');
  });

  it('takes a data folder over at once after a kill', async () => {
    const first = await startService(options());
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    const second = await startService(options());
    expect(await second.end()).toBe(0);
  });

  it('runs on an older Node of the machine by bringing its own', () => {
    const system =
      spawnSync('/usr/local/bin/node', ['--version']).status === 0 ? '/usr/local/bin/node' : '/usr/bin/node';
    const ended = spawnSync(existsSync(system) ? system : process.execPath, [SERVICE_FILE, '--help']);
    expect(ended.status).toBe(0);
    expect(ended.stdout.toString()).toContain('usage: postroom serve');
  });
});

describe('postroom start', () => {
  it('takes the next free high port where one is not to be had, and says which, why, and what would help', async () => {
    const server = await listenOn(0);
    const { port } = server.address() as { port: number };
    const service = await startService(options('--ports', `${ALL_FREE_PORTS},imap=${port}`), 'start');
    expect(service.port('imap')).toBeGreaterThanOrEqual(2143);
    await expect.poll(() => service.log).toContain('open http://127.0.0.1:');
    expect(service.log).toMatch(
      /imap listens on port 2\d+ instead of 143: another program has it .*; to get it: /u,
    );
    server.close();
    expect(await service.end()).toBe(0);
  });
});

describe('the provision file', () => {
  async function refusal(provision: unknown): Promise<string> {
    await writeFile(
      folder.provisionFile,
      typeof provision === 'string' ? provision : JSON.stringify(provision),
    );
    const ended = await runService(['serve', ...options('--provision', folder.provisionFile)]);
    expect(ended.code).toBe(2);
    expect(ended.output).toBe('');
    expect(ended.log.trim().split('\n')).toHaveLength(1);
    return ended.log;
  }

  it.each([
    ['not JSON', '{', /not JSON/u],
    ['an unknown key', { domains: [{ name: 'a.test', acounts: [] }] }, /domains\[0\]\.acounts: unknown key/u],
    [
      'a wrong type',
      { domains: [{ name: 'a.test', accounts: [{ localPart: 7, password: 'x' }] }] },
      /domains\[0\]\.accounts\[0\]\.localPart/u,
    ],
    ['a host name that is none', { hostname: 'not a name' }, /hostname/u],
    ['a domain that is none', { domains: [{ name: '-x-' }] }, /domains\[0\]\.name/u],
    [
      'a local-part that is none',
      { domains: [{ name: 'a.test', accounts: [{ localPart: 'a b', password: 'x' }] }] },
      /accounts\[0\]\.localPart/u,
    ],
    [
      'one address twice',
      {
        domains: [
          {
            name: 'a.test',
            accounts: [{ localPart: 'a', password: 'x' }],
            aliases: [{ localPart: 'A', to: ['a@a.test'] }],
          },
        ],
      },
      /aliases\[0\]\.localPart.*twice/u,
    ],
    [
      'an alias that leads to no address',
      { domains: [{ name: 'a.test', aliases: [{ localPart: 'a', to: ['elsewhere.test'] }] }] },
      /aliases\[0\]\.to\[0\]/u,
    ],
    [
      'a route to no host',
      { routes: [{ recipientDomain: 'partner.test', hosts: ['127.0.0.1:port'] }] },
      /routes\[0\]\.hosts\[0\]/u,
    ],
    [
      'a smart host that is none',
      { relay: { mode: 'smarthost', host: 'a b', port: 25, tls: 'none' } },
      /relay\.host/u,
    ],
    ['a way to relay that is none', { relay: { mode: 'pigeon' } }, /relay\.mode/u],
    [
      'a route to a network that is none',
      { routes: [{ client: '10.0.0.0/33', hosts: ['127.0.0.1'] }] },
      /routes\[0\]\.client/u,
    ],
    [
      'a route whose name is taken',
      {
        routes: [
          { name: 'a', hosts: ['127.0.0.1'] },
          { name: 'a', hosts: ['127.0.0.1'] },
        ],
      },
      /routes\[1\]\.name/u,
    ],
    [
      'a relay rule of unknown form',
      { relayRules: [{ client: { nettwork: '10.0.0.1' }, action: 'accept' }] },
      /relayRules\[0\]\.client/u,
    ],
    [
      'a relay rule through no route',
      { relayRules: [{ client: 'signed-in', action: { route: 'x' } }] },
      /relayRules\[0\]\.action: there is no route "x"/u,
    ],
    [
      'an open relay',
      { relayRules: [{ action: 'accept' }] },
      /relayRules\[0\]\.client: this would be an open relay: anyone could/u,
    ],
    [
      'an open relay to a whole network',
      { relayRules: [{ client: { network: ['127.0.0.1', '::/0'] }, action: 'accept' }] },
      /relayRules\[0\]\.client: this would be an open relay: ::\/0 could/u,
    ],
    ['a name server that is a name', { dns: { servers: ['ns.test'] } }, /dns\.servers\[0\]/u],
    [
      'a certificate file that is not there',
      { tls: { certFile: '/nowhere.pem', keyFile: '/nowhere.pem' } },
      /nowhere\.pem/u,
    ],
  ])('is refused for %s, with its path', async (_what, provision, line) => {
    expect(await refusal(provision)).toMatch(line);
  });

  it('changes nothing when it is applied a second time', async () => {
    await (await startOffice(folder)).end();
    const before = await readFile(`${folder.data}/postroom.db`);
    const wal = () => readFile(`${folder.data}/postroom.db-wal`).catch(() => Buffer.alloc(0));
    const walBefore = await wal();
    await (await startOffice(folder)).end();
    expect(Buffer.compare(await readFile(`${folder.data}/postroom.db`), before)).toBe(0);
    expect(Buffer.compare(await wal(), walBefore)).toBe(0);
  });

  it('uses the certificate it names', async () => {
    await mkdir(folder.data);
    const files = { certFile: folder.path('own.pem'), keyFile: folder.path('own-key.pem') };
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=own.server1.com',
      '-keyout',
      files.keyFile,
      '-out',
      files.certFile,
    ]);
    expect(made.status).toBe(0);
    await writeFile(folder.provisionFile, JSON.stringify({ ...OFFICE, tls: files }));
    const service = await startOffice(folder);
    const shown = spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${service.port('submissions')}`], {
      input: '',
    });
    await service.end();
    expect(shown.stdout.toString()).toContain('own.server1.com');
  });
});

describe('npm run serve', () => {
  const npmArguments = () => ['run', '--silent', 'serve', '--', ...options()];

  function serveWithNpm(): Promise<ChildProcess> {
    const child = spawn('npm', npmArguments(), { stdio: ['ignore', 'pipe', 'ignore'] });
    return new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error('npm run serve ended')));
      child.stdout.once('data', (chunk: Buffer) => {
        expect(chunk.toString()).toMatch(/^READY \{.*\}\n$/u);
        resolve(child);
      });
    });
  }

  it('says READY and nothing else, and ends with 0 on SIGTERM', async () => {
    const npm = await serveWithNpm();
    npm.kill('SIGTERM');
    const [code] = (await once(npm, 'exit')) as [number];
    expect(code).toBe(0);
    expect(await (await startService(options())).end()).toBe(0);
  });

  it('takes the server along when npm is killed, so that the next one can start', async () => {
    const npm = await serveWithNpm();
    npm.kill('SIGKILL');
    expect(await (await startService(options())).end()).toBe(0);
  });
});

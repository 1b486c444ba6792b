/** The running service publishes at Debian's BIND what the console orders, and its secret is in no file and no log. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signInToConsole, type ConsoleCaller } from '../../support/console-caller.ts';
import { Bind } from '../../support/bind.ts';
import { isInstalled } from '../../support/installed.ts';
import { secretsIn, secretsInFolder } from '../../support/secrets.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  startService,
  type ServiceProcess,
} from '../../support/service-process.ts';

const DOMAIN = 'server1.com';
const SECRET = randomBytes(32).toString('base64');
const KEY = { name: 'postroom', algorithm: 'hmac-sha256', secret: SECRET } as const;

describe.runIf(isInstalled('named'))('the service', () => {
  let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
  let bind: Bind;
  let service: ServiceProcess;
  let caller: ConsoleCaller;

  beforeAll(async () => {
    folder = await makeWorkFolder();
    bind = await Bind.start({
      keys: [KEY],
      zones: { [DOMAIN]: ['@ MX 5 mx.old.example.', '@ TXT "v=spf1 -all"'] },
    });
    const place = `127.0.0.1:${String(bind.server.port)}`;
    const provision = { ...OFFICE, publicAddresses: ['192.0.2.25'], dns: { servers: [place] } };
    await writeFile(folder.provisionFile, JSON.stringify(provision));
    const folders = ['--data', folder.data, '--provision', folder.provisionFile];
    const places = ['--bind', '127.0.0.1', '--console', '127.0.0.1:0', '--ports', ALL_FREE_PORTS];
    service = await startService([...folders, ...places]);
    caller = await signInToConsole(service.ready.console, OFFICE.admin);
    const keeper = { kind: 'rfc2136', server: place, keyName: KEY.name, algorithm: KEY.algorithm } as const;
    await caller.calls.publishing.changeKeeper({ domain: DOMAIN, keeper: { ...keeper, secret: SECRET } });
  });

  afterAll(async () => {
    caller.close();
    await service.end();
    await bind.stop();
    await folder.remove();
  });

  async function compare() {
    const compared = await caller.calls.publishing.compare({ domain: DOMAIN });
    if (!compared.isOk) throw new Error(compared.problem.code);
    return compared.comparison;
  }

  test('publishes what is missing, replaces what is different, and takes it back', async () => {
    const { revision, compared, inTheWay } = await compare();
    const chosen = [
      ...compared.flatMap(({ publish }) => publish?.key ?? []),
      ...inTheWay.map(({ record }) => record.key),
    ];
    expect(await caller.calls.publishing.apply({ domain: DOMAIN, revision, chosen })).toMatchObject({
      isOk: true,
    });
    expect(bind.dig(DOMAIN, 'MX')).toEqual(['10 mail.server1.com.']);
    expect(bind.dig(DOMAIN, 'TXT')).toEqual(['"v=spf1 mx -all"']);
    expect(bind.dig('mail.server1.com', 'A')).toEqual(['192.0.2.25']);
    const after = await compare();
    expect(new Set(after.compared.map(({ state }) => state))).toEqual(new Set(['present']));
    expect(await caller.calls.publishing.undo({ domain: DOMAIN })).toMatchObject({ isOk: true });
    expect(bind.dig(DOMAIN, 'MX')).toEqual(['5 mx.old.example.']);
  });

  test('guesses the host and reads the zone by DNS where it is kept by hand', async () => {
    const read = await caller.calls.publishing.read({ domain: DOMAIN });
    expect(read).toMatchObject({ guessedHost: 'generic', nameServers: [`ns1.${DOMAIN}`], lastChange: null });
    await caller.calls.publishing.changeKeeper({ domain: DOMAIN, keeper: { kind: 'byHand', host: null } });
    const { inTheWay } = await compare();
    expect(inTheWay.map(({ obstacle }) => obstacle)).toEqual(['otherMailServer']);
  });

  test('keeps the secret of its key out of its log, its audit log and its files', async () => {
    const audit = await caller.calls.audit.list({ limit: 50 });
    expect(JSON.stringify(audit)).toContain('publishing.changeKeeper');
    expect(JSON.stringify(audit)).not.toContain(SECRET);
    expect(secretsIn(service.log, [SECRET])).toEqual([]);
    expect(await secretsInFolder(folder.data, [SECRET])).toEqual([]);
  });
});

/** The office's quarantine and its lists of senders in the running service: kept apart, released by the console, handed over once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runClient } from '../support/clients.ts';
import { signInToConsole, type ConsoleCaller } from '../support/console-caller.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../support/service-process.ts';

let spool: string;
let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let console: ConsoleCaller;

beforeAll(async () => {
  spool = await mkdtemp(join(tmpdir(), 'postroom-quarantine-'));
  const [domain] = OFFICE.domains;
  const robot = { localPart: 'robot', delivery: { method: 'mbox', path: join(spool, 'robot') } };
  folder = await makeWorkFolder({
    ...OFFICE,
    dns: { servers: ['127.0.0.1:9'] },
    domains: [{ ...domain, aliases: [robot] }],
    screening: {
      rules: [{ name: 'Apart', action: 'quarantine', header: { name: 'Subject', pattern: 'apart' } }],
      block: ['blocked.example'],
    },
  });
  service = await startOffice(folder);
  console = await signInToConsole(service.ready.console, OFFICE.admin);
});

afterAll(async () => {
  console.close();
  await service.end();
  await folder.remove();
  await rm(spool, { recursive: true });
});

function send(from: string, to: string, subject: string) {
  const server = ['--server', '127.0.0.1', '--port', String(service.port('smtp'))];
  const message = ['--from', from, '--to', to, '--header', `Subject: ${subject}`, '--body', 'Good morning.'];
  return runClient('swaks', [...server, ...message]);
}

async function kept() {
  for await (const event of await console.calls.screening.watchQuarantine({})) {
    if (event.type === 'snapshot') return event.snapshot.items;
  }
  return [];
}

const robotsMail = () => readFile(join(spool, 'robot'), 'utf8').catch(() => '');

it('keeps apart what an alias hands over, and hands it over once when it is released', async () => {
  expect(await send('x@friend.example', 'robot@server1.com', 'To be kept apart')).toMatchObject({ code: 0 });
  await expect
    .poll(kept, { timeout: 20_000 })
    .toMatchObject([{ account: 'robot@server1.com', isOffices: true, goesOn: true, kind: 'rule' }]);
  expect(await robotsMail()).toBe('');
  const [waiting] = await kept();
  const selection = { kind: 'ids', ids: [waiting?.id ?? 0] } as const;
  const orders = [1, 2].map(() => console.calls.screening.releaseQuarantined({ selection, learns: true }));
  const counts = (await Promise.all(orders)).map(({ count }) => count);
  expect(counts.sort()).toEqual([0, 1]);
  await expect.poll(robotsMail, { timeout: 20_000 }).toContain('Subject: To be kept apart');
  expect((await robotsMail()).match(/^From /gmu)).toHaveLength(1);
  expect(await kept()).toEqual([]);
});

it('refuses at RCPT whom the office blocks', async () => {
  const { code, output } = await send('x@news.blocked.example', 'tom@server1.com', 'Hello');
  expect(code).not.toBe(0);
  expect(output).toContain('550 5.7.1 Mail from blocked.example is not accepted here');
});

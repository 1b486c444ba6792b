import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { createReleaseDesk } from '../../host/quarantine-release.ts';
import type { QuarantineHandler } from '../../mail/screening/settings.ts';
import { signRelease } from '../../mail/screening/quarantine/release-token.ts';
import { WorldScreeningDesk } from '../../../test/support/world-screening-desk.ts';
import { ReleasePage } from './release-page.ts';

const SECRET = new Uint8Array(32).fill(3);
const CLAIMS = { id: 1, accountId: 1, traceId: 'trace1' };
const DAY_MS = 24 * 60 * 60_000;

let clock: ManualClock;
let screening: WorldScreeningDesk;
let server: Server;
let origin: string;
let handler: QuarantineHandler;

beforeEach(async () => {
  clock = new ManualClock();
  handler = 'account';
  screening = new WorldScreeningDesk();
  const finding = { check: 'bayes', outcome: 'junk', weight: 5, detail: '99 % junk' };
  screening.keep({
    ...CLAIMS,
    ...{ address: 'anna@a.example', kind: 'junk', way: { kind: 'inbox' } },
    ...{
      contentId: 1,
      sizeBytes: 100,
      prefix: '',
      reversePath: 'x@evil.example',
      recipient: 'anna@a.example',
    },
    ...{ author: '"<script>" <x@evil.example>', subject: 'Your parcel', keptAt: clock.now() },
    verdict: { action: 'quarantine', score: 12, findings: [finding], decidedBy: 'bayes.junk' },
  });
  const page = new ReleasePage(
    createReleaseDesk({
      quarantine: screening.quarantine,
      directory: { getAccount: () => Promise.resolve({ address: 'anna@a.example' } as never) },
      handlerOf: () => handler,
      secret: SECRET,
      clock,
    }),
    clock,
  );
  server = createServer((request, response) => void page.answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function linkFor(claims: Partial<typeof CLAIMS> = {}, secret = SECRET): string {
  const token = signRelease(secret, { ...CLAIMS, ...claims, expiresAt: clock.now() + DAY_MS });
  return `${origin}/release?token=${token}`;
}

const post = (link: string): Promise<Response> => fetch(link, { method: 'POST' });

test('GET shows what waits and one button, and releases nothing', async () => {
  const answer = await fetch(linkFor());
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).toContain('<form method="post"><button>');
  expect(text).toContain('Your parcel');
  expect(text).toContain('&lt;script&gt;');
  expect(text).not.toContain('<script');
  await fetch(linkFor(), { method: 'HEAD' });
  expect(screening.messages).toHaveLength(1);
});

test('the policy lets nothing in but its own style, and a form to itself', async () => {
  const policy = (await fetch(linkFor())).headers.get('content-security-policy');
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/u,
  );
});

test('POST releases, once', async () => {
  const link = linkFor();
  const first = await post(link);
  expect([first.status, await first.text()]).toEqual([200, expect.stringContaining('Released.')]);
  expect(screening.messages).toEqual([]);
  const second = await post(link);
  expect([second.status, await second.text()]).toEqual([
    410,
    expect.stringContaining('not in the quarantine'),
  ]);
});

test('of two at the same moment one releases', async () => {
  const answers = await Promise.all([post(linkFor()), post(linkFor())]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
});

test('a forged link, one of another message and one that has expired release nothing', async () => {
  expect((await post(linkFor({}, new Uint8Array(32)))).status).toBe(404);
  expect((await post(`${origin}/release`)).status).toBe(404);
  // SQLite uses the ids of copies again.
  expect((await post(linkFor({ traceId: 'another' }))).status).toBe(410);
  const link = linkFor();
  clock.advance(DAY_MS);
  const late = await post(link);
  expect([late.status, await late.text()]).toEqual([410, expect.stringContaining('too old')]);
  expect(screening.messages).toHaveLength(1);
});

test('who guesses has to wait, even with a right link in the end', async () => {
  for (let i = 0; i < 5; i++) await post(linkFor({}, new Uint8Array(32)));
  const answer = await post(linkFor());
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  clock.advance(15 * 60_000);
  expect((await post(linkFor())).status).toBe(200);
});

test('it answers in the language that the browser asks for', async () => {
  const answer = await fetch(linkFor(), { headers: { 'Accept-Language': 'zh-CN,zh;q=0.9' } });
  expect(await answer.text()).toContain('放行到我的邮箱');
});

test('other methods are refused', async () => {
  expect((await fetch(linkFor(), { method: 'DELETE' })).status).toBe(405);
});

test('what only administrators may release stays where it is, also by a link of before', async () => {
  const link = linkFor();
  handler = 'administrators';
  const response = await post(link);
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('Only an administrator');
  expect(screening.messages).toHaveLength(1);
});

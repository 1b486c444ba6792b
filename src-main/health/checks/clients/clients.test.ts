/** The checks of what mail programs need, each in each of its states. */
import { describe, expect, it } from 'vitest';
import {
  ADDRESS,
  certificate,
  DOMAIN,
  HOST,
  NOW,
  runCheck,
  sayings,
  type Scene,
} from '../../../../test/support/health-scene.ts';
import type { Zone } from '../../../../test/support/dns-server.ts';
import type { HealthListener, WantedRecord } from '../../facts.ts';
import type { GreetingLook, WebLook, WebRequest } from '../../tools.ts';
import { srvRecord } from '../found-records.ts';
import { certificateNames } from './certificate-names.ts';
import { listenersAnswer } from './listeners-answer.ts';
import { autoconfig, autodiscover } from './settings-pages.ts';
import { srvRecords } from './srv-records.ts';

const SUBMISSIONS = `_submissions._tcp.${DOMAIN}`;
const IMAPS = `_imaps._tcp.${DOMAIN}`;
const srv = (purpose: string, name: string, port: number): WantedRecord => ({
  ...{ domain: DOMAIN, purpose },
  record: srvRecord(name, { priority: 0, weight: 1, port, target: HOST }),
});
const WANTED = [srv('clientSubmission', SUBMISSIONS, 465), srv('clientImap', IMAPS, 993)];

describe('SRV records (RFC 6186, RFC 8314 §5.1)', () => {
  const right: Zone = { [SUBMISSIONS]: { SRV: [[0, 1, 465, HOST]] }, [IMAPS]: { SRV: [[0, 1, 993, HOST]] } };

  it.each<[string, Zone, readonly WantedRecord[], readonly string[]]>([
    ['are right', right, WANTED, ['ok srvRight']],
    [
      'are right, whatever their priority',
      { ...right, [IMAPS]: { SRV: [[5, 9, 993, HOST.toUpperCase()]] } },
      WANTED,
      ['ok srvRight'],
    ],
    ['are missing', {}, WANTED, ['warning srvAbsent']],
    ['are missing in part', { [IMAPS]: { SRV: [[0, 1, 993, HOST]] } }, WANTED, ['warning srvMissing']],
    ['name another port', { ...right, [IMAPS]: { SRV: [[0, 1, 1993, HOST]] } }, WANTED, ['error srvWrong']],
    [
      'name another host',
      { ...right, [IMAPS]: { SRV: [[0, 1, 993, 'old.example']] } },
      WANTED,
      ['error srvWrong'],
    ],
    [
      'say that the service is decidedly not there',
      { ...right, [IMAPS]: { SRV: [[0, 0, 0, '']] } },
      WANTED,
      ['error srvWrong'],
    ],
    ['are not answered for', { ...right, [IMAPS]: 'silent' }, WANTED, ['undetermined dnsSilent']],
    ['are of no listener', right, [], []],
  ])('%s', async (_, ...[zone, wanted, said]) => {
    expect(await sayings(srvRecords, { zone, facts: { wanted } })).toEqual(said);
  });

  it('that are wrong go when the right ones come', async () => {
    const [finding] = await runCheck(srvRecords, {
      zone: { ...right, [IMAPS]: { SRV: [[0, 1, 1, 'old.example']] } },
      facts: { wanted: WANTED },
    });
    expect(finding?.fixes).toMatchObject([
      { kind: 'publish', record: { port: 993 }, instead: [{ port: 1, value: 'old.example' }] },
    ]);
  });
});

describe.each([
  [autoconfig, `autoconfig.${DOMAIN}`, '<clientConfig version="1.1">'],
  [autodiscover, `autodiscover.${DOMAIN}`, '<Autodiscover xmlns="x">'],
] as const)('$id', (check, host, body) => {
  const here: Zone = { [HOST]: { A: [ADDRESS] }, [host]: { CNAME: HOST } };
  const page = (change: Partial<Extract<WebLook, { kind: 'answered' }>> = {}): WebLook => ({
    kind: 'answered',
    status: 200,
    type: 'text/xml',
    body,
    ...change,
  });
  const at = (look: (request: WebRequest) => WebLook, zone: Zone = here) =>
    sayings(check, { zone, tools: { web: (request) => Promise.resolve(look(request)) } });

  it.each<[string, WebLook, string]>([
    ['tells the settings', page(), 'ok settingsTold'],
    ['tells something else', page({ body: '<html>' }), 'warning settingsOther'],
    ['is not served', page({ status: 404 }), 'warning settingsOther'],
    [
      'shows a wrong certificate',
      { kind: 'failed', reason: 'x', isCertificate: true },
      'warning settingsCertificate',
    ],
    ['is not reached', { kind: 'failed', reason: 'x', isCertificate: false }, 'warning settingsUnreachable'],
  ])('%s', async (_, look, said) => {
    expect(await at(() => look)).toEqual([said]);
  });

  it('is looked for in DNS first', async () => {
    expect(await at(() => page(), { [HOST]: { A: [ADDRESS] } })).toEqual(['warning settingsHostAbsent']);
    expect(await at(() => page(), { ...here, [host]: { A: ['198.51.100.9'] } })).toEqual([
      'warning settingsHostElsewhere',
    ]);
    expect(await at(() => page(), { ...here, [host]: 'fails' })).toEqual(['undetermined dnsSilent']);
  });

  it('may be had over http where the program takes that', async () => {
    const onlyHttp = ({ url }: WebRequest): WebLook =>
      url.startsWith('http:') ? page() : { kind: 'failed', reason: 'x', isCertificate: false };
    expect(await at(onlyHttp)).toEqual([
      check === autoconfig ? 'ok settingsTold' : 'warning settingsUnreachable',
    ]);
  });
});

const listener = (change: Partial<HealthListener> = {}): HealthListener => ({
  ...{
    name: 'imaps',
    standardPort: 993,
    tls: 'implicit',
    state: 'listening',
    port: 993,
    address: '127.0.0.1',
  },
  ...change,
});
const greeting = (text: string): GreetingLook => ({ kind: 'answered', greeting: text, tls: null });

describe('each listener', () => {
  const at = (its: HealthListener, look: GreetingLook) =>
    sayings(listenersAnswer, { facts: { listeners: [its] }, tools: { greet: () => Promise.resolve(look) } });

  it.each<[HealthListener, GreetingLook, readonly string[]]>([
    [listener(), greeting('* OK [CAPABILITY IMAP4rev1] ready'), ['imaps ok listenerAnswers']],
    [
      listener({ name: 'smtp', port: 25, standardPort: 25 }),
      greeting('220 mail.example.com'),
      ['smtp ok listenerAnswers'],
    ],
    [
      listener({ name: 'pop3s', port: 995, standardPort: 995 }),
      greeting('+OK ready'),
      ['pop3s ok listenerAnswers'],
    ],
    [
      listener({ name: 'managesieve', port: 4190, standardPort: 4190 }),
      greeting('"IMPLEMENTATION" "Postroom"'),
      ['managesieve ok listenerAnswers'],
    ],
    [listener(), greeting('HTTP/1.1 400 Bad Request'), ['imaps error listenerOther']],
    [
      listener(),
      { kind: 'failed', reason: 'the host refused the connection' },
      ['imaps error listenerSilent'],
    ],
    [listener({ state: 'failed', port: null }), greeting(''), ['imaps error listenerFailed']],
    [listener({ port: 2993 }), greeting('* OK ready'), ['imaps warning listenerMoved']],
    [listener({ state: 'off', port: null }), greeting(''), []],
    [listener({ name: 'https', port: 443, standardPort: 443 }), greeting(''), []],
  ])('%j says %j', async (its, look, said) => {
    expect(await at(its, look)).toEqual(said);
  });
});

describe('the certificate that mail programs are shown (RFC 8314 §3.1)', () => {
  const DAY_MS = 86_400_000;
  const at = (facts: Scene['facts'], look: GreetingLook) =>
    sayings(certificateNames, {
      facts: { listeners: [listener()], ...facts },
      tools: { greet: () => Promise.resolve(look) },
    });
  const shown = (
    change: { names?: readonly string[]; notAfter?: number } = {},
    flaw: 'certificate-host-mismatch' | 'certificate-not-trusted' | null = null,
  ): GreetingLook => ({
    kind: 'answered',
    greeting: '* OK',
    tls: {
      isVerified: flaw === null,
      flaw: flaw && { kind: flaw, reason: 'x' },
      certificate: certificate(change),
    },
  });

  it.each<[string, GreetingLook, string]>([
    ['is good', shown(), 'ok certificateGood'],
    ['ends in a week', shown({ notAfter: NOW + 7 * DAY_MS }), 'warning certificateEndsSoon'],
    ['has ended', shown({ notAfter: NOW - 3 * DAY_MS }, 'certificate-not-trusted'), 'error certificateEnded'],
    [
      'is for another name',
      shown({ names: ['old.example'] }, 'certificate-host-mismatch'),
      'error certificateOtherName',
    ],
    ['is trusted by nobody', shown({}, 'certificate-not-trusted'), 'warning certificateUntrusted'],
    ['was not shown', { kind: 'failed', reason: 'x' }, 'undetermined certificateNotSeen'],
  ])('%s', async (_, look, said) => {
    expect(await at({}, look)).toEqual([`${HOST} ${said}`]);
  });

  it('is asked for by each name that DNS sends them to', async () => {
    const wanted = [
      ...WANTED,
      {
        ...srv('clientImap', IMAPS, 993),
        record: srvRecord(IMAPS, { priority: 0, weight: 1, port: 993, target: 'imap.example.com' }),
      },
    ];
    expect(await at({ wanted }, shown())).toEqual([
      `${HOST} ok certificateGood`,
      'imap.example.com ok certificateGood',
    ]);
  });

  it('is not seen where nothing speaks TLS first', async () => {
    expect(await at({ listeners: [] }, shown())).toEqual([`${HOST} undetermined certificateNotSeen`]);
  });

  it('is renewed by a button only where an authority is asked', async () => {
    const seen = (renewals: NonNullable<Scene['facts']>['renewals']) =>
      runCheck(certificateNames, {
        facts: { listeners: [listener()], ...(renewals && { renewals }) },
        tools: { greet: () => Promise.resolve(shown({ notAfter: NOW + DAY_MS })) },
      });
    expect((await seen([]))[0]?.fixes).toMatchObject([{ kind: 'page', page: 'certificates' }]);
    const job = { name: HOST, purpose: 'server', problem: null, triedAt: null, notAfter: null };
    expect((await seen([job]))[0]?.fixes).toMatchObject([
      { kind: 'action', action: 'renewCertificate' },
      { kind: 'page' },
    ]);
  });
});

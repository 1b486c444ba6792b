/** A delivery test as it is told, for pictures and tests of the page: `nobody@` is refused, `later@` put off. */
import type { AttemptTls } from '../../src-main/mail/events.ts';
import type {
  DeliveryTestEvent,
  DeliveryTestPhase,
  DeliveryVerdict,
} from '../../src-main/mail/relay/trying/delivery-test-events.ts';

const TLS: AttemptTls = {
  policy: 'MTA-STS, mode enforce',
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  provedBy: 'WebPKI',
  problem: null,
  certificate: {
    subject: 'CN=mx1.partner.example',
    issuer: 'CN=Example CA',
    names: ['mx1.partner.example'],
    notBefore: Date.UTC(2026, 9, 1),
    notAfter: Date.UTC(2027, 0, 1),
    fingerprint: 'AB:CD',
  },
};

export function* deliveryScene(address: string): Generator<DeliveryTestEvent> {
  const [localPart = '', domain = ''] = address.split('@');
  const host = `mx1.${domain}`;
  let atMs = 0;
  const phase = (name: DeliveryTestPhase, tookMs: number, of: string | null = host): DeliveryTestEvent => {
    const begun = { type: 'phase', atMs, phase: name, host: of } as const;
    atMs += tookMs;
    return begun;
  };
  const fact = (text: string, isDoubt = false): DeliveryTestEvent => ({ type: 'fact', atMs, text, isDoubt });
  const line = (from: 'client' | 'server' | 'note', text: string): DeliveryTestEvent => ({
    ...{ type: 'line', atMs, line: { from, text } },
  });
  yield phase('route', 2, null);
  yield fact(domain);
  yield phase('hosts', 38, null);
  yield fact(`${host} [192.0.2.25]:25`);
  yield fact(`${host} [2001:db8::25]:25`);
  yield phase('mtaSts', 212, null);
  yield fact(`mode: enforce, mx: *.${domain}`);
  yield phase('tlsa', 41, null);
  yield phase('connect', 30);
  yield line('note', 'Connecting to 192.0.2.25, port 25');
  yield phase('greeting', 1_240);
  yield line('server', `220 ${host} ESMTP`);
  yield phase('hello', 31);
  yield line('client', 'EHLO mail.example.com');
  yield line('server', `250-${host}`);
  yield line('server', '250 STARTTLS');
  yield phase('tls', 66);
  yield line('client', 'STARTTLS');
  yield line('server', '220 2.0.0 Ready to start TLS');
  yield { type: 'tls', atMs, tls: TLS };
  yield phase('mail', 29);
  yield line('client', 'MAIL FROM:<postmaster@example.com> SIZE=1000');
  yield line('server', '250 2.1.0 Ok');
  yield phase('rcpt', 640);
  yield line('client', `RCPT TO:<${address}>`);
  const verdict = { ...(VERDICTS[localPart as keyof typeof VERDICTS] ?? ACCEPTED), host };
  yield line('server', verdict.reply ?? '');
  yield phase('close', 28);
  yield line('client', 'QUIT');
  yield line('server', '221 2.0.0 Bye');
  yield { type: 'hostVerdict', atMs, verdict };
  yield { type: 'done', atMs, verdict };
}

const ACCEPTED: Omit<DeliveryVerdict, 'host'> = { kind: 'accepted', reply: '250 2.1.5 Ok' };
const VERDICTS = {
  nobody: { kind: 'refused', reply: '550 5.1.1 No such user here' },
  later: { kind: 'later', reply: '450 4.2.0 Greylisted, come again in five minutes' },
} as const satisfies Record<string, Omit<DeliveryVerdict, 'host'>>;

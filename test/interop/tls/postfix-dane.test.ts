/** Relay to Debian's Postfix by what DNS says of its key (DANE), and by what its domain's policy says (MTA-STS). */
import { createHash, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestDnsServer } from '../../support/dns-server.ts';
import { mayRunServer } from '../../support/installed.ts';
import { Postfix } from '../../support/postfix.ts';
import { TlsSender } from '../../support/tls-sender.ts';
import { until } from '../../support/two-offices.ts';

const DOMAIN = 'postfix.example';
const HOST = `mx.${DOMAIN}`;

describe.runIf(mayRunServer('/usr/sbin/postfix'))('Postfix', () => {
  let postfix: Postfix;
  let dns: TestDnsServer;
  let sender: TlsSender;

  beforeAll(async () => {
    postfix = await Postfix.start({ domain: DOMAIN, people: ['jack'] });
    dns = await TestDnsServer.start({});
    dns.isValidating = true;
    sender = new TlsSender({ dns, mxPort: postfix.port, policyPort: 1, trusted: [] });
  });

  afterAll(async () => {
    await postfix.stop();
    await dns.stop();
  });

  function publish(tlsa: string): void {
    dns.zone = {
      [DOMAIN]: { MX: [[10, HOST]] },
      [HOST]: { A: ['127.0.0.1'] },
      [`_${postfix.port}._tcp.${HOST}`]: { TLSA: [tlsa] },
    };
  }

  test('gets mail where its self-signed certificate is the one that DNS names', async () => {
    const key = new X509Certificate(postfix.certificate).publicKey.export({ type: 'spki', format: 'der' });
    publish(`3 1 1 ${createHash('sha256').update(key).digest('hex')}`);
    const { outcome, tls } = await sender.send(`jack@${DOMAIN}`);
    expect(outcome).toMatchObject({ kind: 'relayed', remoteMta: HOST });
    expect(tls).toMatchObject({ provedBy: 'DANE 3 1 1', certificate: { subject: `CN=${HOST}` } });
    await until(async () => (await postfix.mailOf('jack')).length === 1, 'the message in the Maildir');
  });

  test('gets none where DNS names another key, and its log shows no transaction', async () => {
    publish(`3 1 1 ${'00'.repeat(32)}`);
    expect((await sender.send(`jack@${DOMAIN}`)).outcome).toMatchObject({
      kind: 'deferred',
      status: '4.7.5',
    });
    expect(await postfix.mailOf('jack')).toHaveLength(1);
  });
});

/** A real ACME server (pebble) gives the running service its certificate, by each way that needs no hands. */
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/free-port.ts';
import { isInstalled } from '../../support/installed.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  startService,
  type ServiceProcess,
} from '../../support/service-process.ts';
import { until } from '../../support/two-offices.ts';
import { Pebble } from '../support/pebble.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(challenge: string): Promise<{ service: ServiceProcess; https: number }> {
  const [http, https] = await Promise.all([findFreePort(), findFreePort()]);
  const pebble = await Pebble.start({ http, https });
  ends.push(() => pebble.stop());
  const folder = await makeWorkFolder();
  ends.push(() => folder.remove());
  const acme = {
    directory: pebble.directoryUrl,
    trustedRoots: pebble.roots,
    email: 'office@server1.com',
    names: ['imap.server1.com'],
    challenge,
  };
  const [domain] = OFFICE.domains;
  const provision = { ...OFFICE, acme, domains: [{ ...domain, mtaSts: 'testing' }] };
  await writeFile(folder.provisionFile, JSON.stringify(provision));
  const place = ['--data', folder.data, '--provision', folder.provisionFile, '--bind', '127.0.0.1'];
  const ports = `${ALL_FREE_PORTS},http=${http},https=${https}`;
  const service = await startService([...place, '--console', '127.0.0.1:0', '--ports', ports]);
  ends.push(() => service.end());
  return { service, https };
}

/** Who issued the certificate that a client of the name is shown. */
function issuerAt(port: number, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false });
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      resolve(String(socket.getPeerCertificate().issuer.CN));
      socket.destroy();
    });
  });
}

describe.runIf(isInstalled('pebble'))('pebble', () => {
  test.each(['http-01', 'tls-alpn-01'])(
    'gives certificates by %s for the server and for the policy of a domain',
    async (challenge) => {
      const { service, https } = await start(challenge);
      const isFromPebble = async (port: number, name: string) =>
        (await issuerAt(port, name)).startsWith('Pebble');
      await until(
        () => isFromPebble(service.port('imaps'), 'imap.server1.com'),
        'a certificate for the server',
      );
      await until(() => isFromPebble(https, 'mta-sts.server1.com'), 'a certificate for the policy');
      expect(await isFromPebble(service.port('submissions'), 'mail.server1.com')).toBe(true);
      expect(service.log).not.toContain('"level":50');
    },
  );
});

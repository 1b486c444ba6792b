/** The running service tells devices their settings: curl asks as they do, Python's plistlib and xmllint read what comes. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../support/free-port.ts';
import { isInstalled } from '../../support/installed.ts';
import {
  ALL_FREE_PORTS,
  makeWorkFolder,
  OFFICE,
  startService,
  type ServiceProcess,
} from '../../support/service-process.ts';

const DOMAIN = 'server1.com';
const CURL_TIMED_OUT = 28;
const HOST = OFFICE.hostname;
let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;
let ports: { http: number; https: number };

beforeAll(async () => {
  folder = await makeWorkFolder();
  ports = { http: await findFreePort(), https: await findFreePort() };
  const provision = { ...OFFICE, tellsDevices: true };
  await writeFile(folder.provisionFile, JSON.stringify(provision));
  const place = ['--data', folder.data, '--provision', folder.provisionFile, '--bind', '127.0.0.1'];
  const listeners = `${ALL_FREE_PORTS},http=${String(ports.http)},https=${String(ports.https)}`;
  service = await startService([...place, '--console', '127.0.0.1:0', '--ports', listeners]);
});
afterAll(async () => {
  await service.end();
  await folder.remove();
});

/** As devices do, whatever the certificate says. */
function curl(url: string, ...more: readonly string[]): { status: number; body: string } {
  const { hostname, port } = new URL(url);
  const place = ['--resolve', `${hostname}:${port}:127.0.0.1`];
  const asked = ['-sk', '--max-time', '10', '-w', '\n%{http_code}', ...place, ...more, url];
  const { stdout, status: code } = spawnSync('curl', asked, { encoding: 'utf8' });
  if (code === CURL_TIMED_OUT) throw new Error(`${url} did not answer in time`);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

const http = (host: string, path: string) => `http://${host}:${String(ports.http)}${path}`;
const https = (host: string, path: string) => `https://${host}:${String(ports.https)}${path}`;

describe.runIf(isInstalled('curl'))('devices', () => {
  test('Thunderbird fetches its document over HTTP and HTTPS', () => {
    const places = [
      http(`autoconfig.${DOMAIN}`, `/mail/config-v1.1.xml?emailaddress=anna%40${DOMAIN}`),
      https(`autoconfig.${DOMAIN}`, `/mail/config-v1.1.xml?emailaddress=anna%40${DOMAIN}`),
      https(DOMAIN, `/.well-known/autoconfig/mail/config-v1.1.xml`),
    ];
    for (const place of places) {
      const { status, body } = curl(place);
      expect(status).toBe(200);
      expect(body).toContain(`<emailProvider id="${DOMAIN}">`);
      if (isInstalled('xmllint')) {
        const { status: read } = spawnSync('xmllint', ['--noout', '-'], { input: body });
        expect(read).toBe(0);
      }
    }
    expect(curl(https('autoconfig.other.example', '/mail/config-v1.1.xml')).status).toBe(404);
  });

  test('Outlook is led from HTTP to HTTPS, asks in XML, and by JSON', () => {
    const body = `<Autodiscover><Request><EMailAddress>anna@${DOMAIN}</EMailAddress></Request></Autodiscover>`;
    const xml = ['-H', 'content-type: text/xml', '--data-binary', body];
    const discovered = curl(https(`autodiscover.${DOMAIN}`, '/Autodiscover/Autodiscover.xml'), ...xml);
    expect(discovered.status).toBe(200);
    expect(discovered.body).toMatch(/<Type>IMAP<\/Type>\s*<Server>/u);
    const led = curl(http(`autodiscover.${DOMAIN}`, '/autodiscover/autodiscover.xml'));
    expect(led.status).toBe(302);
    const json = curl(https(HOST, `/autodiscover/autodiscover.json?Protocol=AutodiscoverV1`));
    expect(JSON.parse(json.body)).toMatchObject({ Protocol: 'AutodiscoverV1' });
  });

  test('a body without end is cut, and the next client served', async () => {
    const long = join(folder.data, '..', 'long.xml');
    await writeFile(long, 'x'.repeat(200_000));
    const place = https(HOST, '/autodiscover/autodiscover.xml');
    expect(curl(place, '--data-binary', `@${long}`).status).toBe(413);
    expect(curl(https(DOMAIN, '/.well-known/autoconfig/mail/config-v1.1.xml')).status).toBe(200);
  });

  test('the profile is a property list that Apple would read, without a password', () => {
    const { status, body } = curl(https(HOST, `/mail/device.mobileconfig?emailaddress=anna%40${DOMAIN}`));
    expect(status).toBe(200);
    const program = 'import plistlib,json,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))';
    const { stdout } = spawnSync('python3', ['-c', program], { input: body, encoding: 'utf8' });
    const profile = JSON.parse(stdout) as { PayloadType: string; PayloadContent: Record<string, unknown>[] };
    expect(profile.PayloadType).toBe('Configuration');
    expect(profile.PayloadContent).toMatchObject([
      {
        PayloadType: 'com.apple.mail.managed',
        EmailAccountType: 'EmailTypeIMAP',
        EmailAddress: `anna@${DOMAIN}`,
        IncomingMailServerHostName: HOST,
        IncomingMailServerUseSSL: true,
        OutgoingPasswordSameAsIncomingPassword: true,
      },
    ]);
    expect(Object.keys(profile.PayloadContent[0] ?? {})).not.toContain('IncomingPassword');
  });

  test('the page leads to the profile, and nothing else is served', () => {
    const page = curl(https(HOST, `/mail/device?emailaddress=anna%40${DOMAIN}`));
    expect(page.body).toContain(`/mail/device.mobileconfig?emailaddress=anna%40${DOMAIN}`);
    for (const path of ['/', '/mail/', '/rpc', '/index.html'])
      expect(curl(https(HOST, path)).status).toBe(404);
  });
});

import { describe, expect, it } from 'vitest';
import { parseXml, childOf, childrenOf, textOf } from '../../format/xml.ts';
import type { ListenerName, ListenerStatus } from '../port.ts';
import { answerDevice, isDevicePath, type DeviceContext, type DeviceRequest } from './answer-device.ts';
import { deviceFactsOf } from './offered-services.ts';

const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

function listening(name: ListenerName, port: number, tls: ListenerStatus['tls']): ListenerStatus {
  return { name, port, tls, standardPort: port, state: 'listening', problem: null, problemDetail: null };
}

function contextOf(...listeners: readonly ListenerStatus[]): DeviceContext {
  return {
    facts: deviceFactsOf('mail.office.example', listeners),
    domains: new Set(['office.example', 'shop.example']),
  };
}

const OFFICE = contextOf(
  listening('smtp', 25, 'starttls'),
  listening('submission', 587, 'starttls'),
  listening('submissions', 465, 'implicit'),
  listening('imap', 143, 'starttls'),
  listening('imaps', 993, 'implicit'),
  { ...listening('pop3s', 995, 'implicit'), state: 'off', port: null },
);

function ask(url: string, more: Partial<DeviceRequest> = {}, context = OFFICE) {
  const request = {
    method: 'GET',
    host: 'mail.office.example',
    isSecure: true,
    body: '',
    acceptLanguage: '',
  };
  return answerDevice({ ...request, url, ...more }, context);
}

function asking(address: string, schema = OUTLOOK): string {
  return `<?xml version="1.0"?><Autodiscover xmlns="x"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>${schema}</AcceptableResponseSchema></Request></Autodiscover>`;
}

const discover = (body: string, context = OFFICE) =>
  ask('/Autodiscover/Autodiscover.xml', { method: 'POST', body }, context);

describe('Thunderbird', () => {
  it.each([
    [
      '/mail/config-v1.1.xml?emailaddress=anna%40office.example',
      'autoconfig.office.example',
      'office.example',
    ],
    ['/.well-known/autoconfig/mail/config-v1.1.xml', 'shop.example', 'shop.example'],
    ['/mail/config-v1.1.xml', 'autoconfig.shop.example', 'shop.example'],
  ])('finds the servers at %s of %s', (url, host, domain) => {
    const parsed = parseXml(ask(url, { host, isSecure: false })?.body ?? '');
    const provider = parsed.ok ? childOf(parsed.value, 'emailProvider') : undefined;
    expect(textOf(provider, 'domain')).toBe(domain);
    const servers = [...childrenOf(provider, 'incomingServer'), ...childrenOf(provider, 'outgoingServer')];
    expect(servers.map((each) => `${textOf(each, 'port')} ${textOf(each, 'socketType')}`)).toEqual([
      '993 SSL',
      '143 STARTTLS',
      '465 SSL',
      '587 STARTTLS',
    ]);
    expect(textOf(servers[0], 'hostname')).toBe('mail.office.example');
  });

  it('finds nothing for a domain that is not ours', () => {
    expect(ask('/mail/config-v1.1.xml?emailaddress=anna@other.example')).toBeNull();
    expect(ask('/mail/config-v1.1.xml', { host: 'autoconfig.other.example' })).toBeNull();
  });
});

describe('Outlook', () => {
  it('finds IMAP and SMTP by asking in XML, however it writes the path', () => {
    const parsed = parseXml(discover(asking('Anna@Office.example'))?.body ?? '');
    const account = parsed.ok ? childOf(childOf(parsed.value, 'Response'), 'Account') : undefined;
    const found = childrenOf(account, 'Protocol').map((each) =>
      ['Type', 'Server', 'Port', 'LoginName', 'Encryption'].map((name) => textOf(each, name)).join(' '),
    );
    expect(found).toEqual([
      'IMAP mail.office.example 993 Anna@Office.example SSL',
      'SMTP mail.office.example 465 Anna@Office.example SSL',
    ]);
  });

  it.each([
    [600, 'nothing of the kind'],
    [600, '<!DOCTYPE x [<!ENTITY a "b">]><Autodiscover/>'],
    [600, asking('not an address')],
    [500, asking('anna@other.example')],
    [
      601,
      asking(
        'anna@office.example',
        'http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006',
      ),
    ],
  ])('is told %i where it asks %s', (code, body) => {
    expect(discover(body)?.body).toContain(`<ErrorCode>${String(code)}</ErrorCode>`);
  });

  it('is led to XML by JSON, to HTTPS by HTTP, and told of no other protocol', () => {
    const url = '/autodiscover/autodiscover.json/v1.0/anna@office.example?Protocol=AutodiscoverV1';
    expect(JSON.parse(ask(url)?.body ?? '')).toEqual({
      Protocol: 'AutodiscoverV1',
      Url: 'https://mail.office.example/autodiscover/autodiscover.xml',
    });
    expect(ask('/autodiscover/autodiscover.json?Protocol=ActiveSync')?.status).toBe(400);
    expect(ask('/autodiscover/autodiscover.xml', { isSecure: false })).toMatchObject({
      status: 302,
      location: 'https://mail.office.example/autodiscover/autodiscover.xml',
    });
  });
});

it('nobody learns which accounts there are', () => {
  const withoutName = (text: string | undefined) =>
    text?.replaceAll(/[\w.%]+@|%EMAIL\w+%|[\dA-F-]{36}|\.[\da-f]{8}\./gu, '');
  const of = (name: string) => [
    withoutName(discover(asking(`${name}@office.example`))?.body),
    withoutName(ask(`/mail/config-v1.1.xml?emailaddress=${name}@office.example`)?.body),
    withoutName(ask(`/mail/device.mobileconfig?emailaddress=${name}@office.example`)?.body),
  ];
  expect(of('anna')).toEqual(of('nobody'));
});

describe('the page and the profile', () => {
  it('are for addresses of ours, over HTTPS alone, in the language of the device', () => {
    const page = ask('/mail/device?emailaddress=anna%40office.example', { acceptLanguage: 'zh-CN,zh;q=0.9' });
    expect(page?.body).toContain('lang="zh-CN"');
    expect(page?.body).toContain('/mail/device.mobileconfig?emailaddress=anna%40office.example');
    expect(ask('/mail/device?emailaddress=anna@other.example')).toBeNull();
    expect(ask('/mail/device?emailaddress=%22%3E%3Cscript%3E@office.example')).toBeNull();
    expect(ask('/mail/device?emailaddress=a@office.example', { isSecure: false })?.status).toBe(302);
  });

  it('name no server that does not listen', () => {
    const none = contextOf(listening('smtp', 25, 'starttls'));
    expect(ask('/mail/device.mobileconfig?emailaddress=anna@office.example', {}, none)).toBeNull();
    const pop3 = contextOf(listening('pop3s', 995, 'implicit'), listening('submission', 2587, 'starttls'));
    const profile = ask('/mail/device.mobileconfig?emailaddress=anna@office.example', {}, pop3)?.body ?? '';
    expect(profile).toContain('EmailTypePOP');
    expect(profile).toContain('<integer>2587</integer>');
    const keys = [...profile.matchAll(/<key>(\w*Password)<\/key>/gu)].map(([, key]) => key);
    expect(keys).toEqual(['OutgoingPasswordSameAsIncomingPassword']);
  });
});

it('what is not for devices is left to others', () => {
  expect(isDevicePath('/.well-known/mta-sts.txt')).toBe(false);
  expect(isDevicePath('/.well-known/acme-challenge/x')).toBe(false);
  expect(isDevicePath('/AUTODISCOVER/autodiscover.xml?x')).toBe(true);
});

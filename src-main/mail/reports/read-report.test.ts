import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { indexMessage } from '../../format/message-indexer.ts';
import type { MessageOctets } from '../content/message-octets.ts';
import { MAX_REPORT_OCTETS } from './limits.ts';
import { parseReport, readReport } from './read-report.ts';
import { unpack } from './unpack.ts';

/** RFC 7489 appendix C, as large providers write it. */
const DMARC = `<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>google.com</org_name>
    <email>noreply-dmarc-support@google.com</email>
    <report_id>14106</report_id>
    <date_range><begin>1767225600</begin><end>1767311999</end></date_range>
  </report_metadata>
  <policy_published>
    <domain>server1.com</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.25</source_ip><count>12</count>
      <policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated>
    </row>
    <identifiers><header_from>server1.com</header_from></identifiers>
    <auth_results>
      <dkim><domain>server1.com</domain><result>pass</result><selector>r1</selector></dkim>
      <spf><domain>server1.com</domain><result>pass</result></spf>
    </auth_results>
  </record>
  <record>
    <row>
      <source_ip>2001:db8::bad</source_ip><count>3</count>
      <policy_evaluated><disposition>quarantine</disposition><dkim>fail</dkim><spf>fail</spf>
        <reason><type>forwarded</type><comment/></reason></policy_evaluated>
    </row>
    <identifiers><header_from>server1.com</header_from><envelope_from>spam.example</envelope_from></identifiers>
    <auth_results><spf><domain>spam.example</domain><result>softfail</result></spf></auth_results>
  </record>
</feedback>`;

/** RFC 8460 appendix B. */
const TLS = JSON.stringify({
  'organization-name': 'Company-X',
  'date-range': { 'start-datetime': '2016-04-01T00:00:00Z', 'end-datetime': '2016-04-01T23:59:59Z' },
  'contact-info': 'sts-reporting@company-x.example',
  'report-id': '5065427c-23d3-47ca-b6e0-946ea0e8c4be',
  policies: [
    {
      policy: {
        'policy-type': 'sts',
        'policy-string': [
          'version: STSv1',
          'mode: testing',
          'mx: *.mail.company-y.example',
          'max_age: 86400',
        ],
        'policy-domain': 'company-y.example',
        'mx-host': '*.mail.company-y.example',
      },
      summary: { 'total-successful-session-count': 5326, 'total-failure-session-count': 303 },
      'failure-details': [
        {
          'result-type': 'certificate-expired',
          'sending-mta-ip': '2001:db8:abcd:0012::1',
          'receiving-mx-hostname': 'mx1.mail.company-y.example',
          'failed-session-count': 100,
        },
        {
          'result-type': 'validation-failure',
          'sending-mta-ip': '198.51.100.62',
          'receiving-ip': '203.0.113.58',
          'receiving-mx-hostname': 'mx-backup.mail.company-y.example',
          'failed-session-count': 3,
          'failure-reason-code': 'X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED',
        },
      ],
    },
  ],
});

/** A zip archive with one file, as its local header has it. */
function zip(text: string, lies: { size?: number } = {}): Buffer {
  const data = deflateRawSync(text);
  const name = Buffer.from('report.xml');
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(lies.size ?? text.length, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, data, Buffer.from('PK\x01\x02 the rest of the archive')]);
}

function messageWith(type: string, attachment: Buffer, name = 'report'): MessageOctets {
  const octets = Buffer.from(
    [
      'From: noreply@google.com',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      'A report is attached.',
      '--b',
      `Content-Type: ${type}`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      attachment.toString('base64').replace(/.{76}/g, '$&\r\n'),
      '--b--',
      '',
    ].join('\r\n'),
  );
  return {
    sizeBytes: octets.length,
    index: indexMessage(octets),
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}

describe('a DMARC report (RFC 7489 appendix C)', () => {
  test.each([
    ['gzip', messageWith('application/gzip', gzipSync(DMARC))],
    ['zip', messageWith('application/zip', zip(DMARC))],
    ['XML', messageWith('text/xml', Buffer.from(DMARC))],
    ['zip with no type', messageWith('application/octet-stream', zip(DMARC), 'a!b!1!2.zip')],
  ])('is found as %s', async (_, message) => {
    expect(await readReport(message)).toMatchObject({ kind: 'dmarc', report: { reporter: 'google.com' } });
  });

  test('says who sent in our name', async () => {
    expect(parseReport(DMARC)).toEqual({
      kind: 'dmarc',
      report: {
        reporter: 'google.com',
        reportId: '14106',
        begin: 1_767_225_600_000,
        end: 1_767_311_999_000,
        domain: 'server1.com',
        policy: 'p=none; sp=none; adkim=r; aspf=r; pct=100',
        rows: [
          {
            sourceAddress: '192.0.2.25',
            count: 12,
            disposition: 'none',
            isDkimAligned: true,
            isSpfAligned: true,
            headerFrom: 'server1.com',
            envelopeFrom: '',
            overrides: [],
            dkim: [{ domain: 'server1.com', selector: 'r1', result: 'pass' }],
            spf: [{ domain: 'server1.com', result: 'pass' }],
          },
          {
            sourceAddress: '2001:db8::bad',
            count: 3,
            disposition: 'quarantine',
            isDkimAligned: false,
            isSpfAligned: false,
            headerFrom: 'server1.com',
            envelopeFrom: 'spam.example',
            overrides: ['forwarded'],
            dkim: [],
            spf: [{ domain: 'spam.example', result: 'softfail' }],
          },
        ],
      },
    });
  });

  test.each([
    ['no XML', 'x'],
    ['another document', '<html></html>'],
    ['no time', DMARC.replace(/<date_range>.*<\/date_range>/, '')],
    ['no domain', DMARC.replace('<domain>server1.com</domain><adkim>', '<adkim>')],
    ['a document type', `<!DOCTYPE x>${DMARC.slice(DMARC.indexOf('<feedback>'))}`],
  ])('with %s is none', (_, text) => {
    expect(parseReport(text)).toBeNull();
  });

  test('rows that are none are left out', () => {
    const text = DMARC.replace('192.0.2.25', 'somewhere').replace('<count>3<', '<count>-3<');
    expect(parseReport(text)).toMatchObject({ report: { rows: [] } });
  });
});

describe('a TLS report (RFC 8460 appendix B)', () => {
  test('says how often TLS failed, and why', async () => {
    expect(await readReport(messageWith('application/tlsrpt+gzip', gzipSync(TLS)))).toEqual({
      kind: 'tls',
      reports: [
        {
          reporter: 'Company-X',
          reportId: '5065427c-23d3-47ca-b6e0-946ea0e8c4be',
          begin: Date.UTC(2016, 3, 1),
          end: Date.UTC(2016, 3, 1, 23, 59, 59),
          domain: 'company-y.example',
          policyType: 'sts',
          successes: 5326,
          failures: 303,
          details: [
            {
              resultType: 'certificate-expired',
              sendingMta: '2001:db8:abcd:0012::1',
              receivingMx: 'mx1.mail.company-y.example',
              sessions: 100,
              detail: '',
            },
            {
              resultType: 'validation-failure',
              sendingMta: '198.51.100.62',
              receivingMx: 'mx-backup.mail.company-y.example',
              sessions: 3,
              detail: 'X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED',
            },
          ],
        },
      ],
    });
  });

  test.each(['{', '{}', '[]', '{"policies":[]}', '{"policies":7}'])('%s is none', (text) => {
    expect(parseReport(text)).toBeNull();
  });

  test('values of another type are read over', () => {
    const text = TLS.replace('5326', '"many"').replace('"Company-X"', '[]');
    expect(parseReport(text)).toMatchObject({
      reports: [{ successes: 0, reporter: 'sts-reporting@company-x.example' }],
    });
  });
});

describe('a bomb costs nothing', () => {
  const bomb = Buffer.alloc(MAX_REPORT_OCTETS + 1, ' ');

  test('whatever its archive says of its size', async () => {
    expect(await unpack(gzipSync(bomb))).toBeNull();
    expect(await unpack(zip(bomb.toString(), { size: 10 }))).toBeNull();
    expect(await unpack(bomb)).toBeNull();
  });

  test('nor does a broken archive', async () => {
    expect(await unpack(gzipSync(DMARC).subarray(0, 40))).toBeNull();
    expect(await unpack(zip(DMARC).subarray(0, 20))).toBeNull();
    expect(await unpack(zip(DMARC).subarray(0, 60))).toBeNull();
    expect(await unpack(Buffer.from('PK\x05\x06'.padEnd(40, '\0')))).toBeNull();
  });

  test('a part that is too large is not even read', async () => {
    const message = messageWith('application/gzip', Buffer.alloc(4 * 1024 * 1024));
    const readRange = () => Promise.reject(new Error('it was read'));
    expect(await readReport({ ...message, readRange })).toBeNull();
  });
});

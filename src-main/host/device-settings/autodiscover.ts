/**
 * Autodiscover: how Outlook learns an account's servers: plain old XML, and the JSON that leads to it.
 *
 * MS-OXDSCLI §2.2.3, §2.2.4 (request and response), §3.1.5 (version 2). Invariants: whoever asks hears the same of every address of our
 * domains, whether there is such an account or not.
 */
import { childOf, formatXml, parseXml, textOf, type XmlNode } from '../../format/xml.ts';
import { bestOf, type DeviceFacts, type OfferedService } from './offered-services.ts';

const OUTLOOK_SCHEMA = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';
const RESPONSE_SCHEMA = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';

export interface AutodiscoverRequest {
  readonly address: string;
  /** null: the one that Outlook wants. */
  readonly schema: string | null;
}

/** null where it is no request. */
export function readAutodiscover(body: string): AutodiscoverRequest | null {
  const parsed = parseXml(body);
  if (!parsed.ok || parsed.value.name !== 'Autodiscover') return null;
  const request = childOf(parsed.value, 'Request');
  const address = textOf(request, 'EMailAddress');
  const schema = textOf(request, 'AcceptableResponseSchema');
  return address === '' ? null : { address, schema: schema === '' ? null : schema };
}

export function isOutlookSchema({ schema }: AutodiscoverRequest): boolean {
  return schema === null || schema === OUTLOOK_SCHEMA;
}

export function formatAutodiscover(address: string, facts: DeviceFacts): string {
  const offered = [bestOf(facts, 'imap'), bestOf(facts, 'pop3'), bestOf(facts, 'smtp')];
  const protocols = offered.flatMap((service) =>
    service === null ? [] : [protocolNode(service, address, facts.hostname)],
  );
  return inSchemas([
    'Response',
    [['Account', [['AccountType', 'email'], ['Action', 'settings'], ...protocols]]],
  ]);
}

function protocolNode({ protocol, port, tls }: OfferedService, address: string, hostname: string): XmlNode {
  return [
    'Protocol',
    [
      ['Type', protocol.toUpperCase()],
      ['Server', hostname],
      ['Port', port],
      ['DomainRequired', 'off'],
      ['LoginName', address],
      ['SPA', 'off'],
      ['SSL', 'on'],
      // "TLS" is what it calls STARTTLS.
      ['Encryption', tls === 'implicit' ? 'SSL' : 'TLS'],
      ['AuthRequired', 'on'],
      protocol === 'smtp' ? ['UsePOPAuth', 'on'] : undefined,
      protocol === 'smtp' ? ['SMTPLast', 'off'] : undefined,
    ],
  ];
}

/** §2.2.4.1.1.1: 500 no such address, 600 no request, 601 another schema. */
export function formatAutodiscoverError(code: 500 | 600 | 601): string {
  const messages = {
    500: 'The email address is not one of this server.',
    600: 'Invalid Request',
    601: 'Provider is not available',
  };
  return inSchemas(
    [
      'Response',
      [
        [
          'Error',
          [
            ['ErrorCode', code],
            ['Message', messages[code]],
            ['DebugData', ''],
          ],
        ],
      ],
    ],
    '',
  );
}

/** The schemas are attributes, which formatXml() does not write. */
function inSchemas(response: XmlNode, schema = OUTLOOK_SCHEMA): string {
  const text = formatXml(['Autodiscover', [response]]);
  const own = schema === '' ? '' : ` xmlns="${schema}"`;
  return text
    .replace('<Autodiscover>', `<Autodiscover xmlns="${RESPONSE_SCHEMA}">`)
    .replace('<Response>', `<Response${own}>`);
}

/** Version 2 asks where version 1 is. */
export function formatAutodiscoverJson(protocol: string, { origin }: DeviceFacts): string | null {
  if (protocol.toLowerCase() !== 'autodiscoverv1') return null;
  return JSON.stringify({ Protocol: 'AutodiscoverV1', Url: `${origin}/autodiscover/autodiscover.xml` });
}

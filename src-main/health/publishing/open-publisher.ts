/** OpenPublisher: the publisher that goes with how a domain is kept. */
import { isIP } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import { err, ok } from '../../base/result.ts';
import { parseNameServer } from '../../protocol/dns/name-servers.ts';
import { UpdateClient, type UpdateServer } from '../../protocol/dns/update/update-client.ts';
import type { SendHttps } from '../../protocol/https/https-client.ts';
import { CloudflarePublisher } from './cloudflare-publisher.ts';
import { DesecPublisher } from './desec-publisher.ts';
import type { Keeper } from './keeping.ts';
import type { DnsPublisher, Published } from './port.ts';
import { Rfc2136Publisher } from './rfc2136-publisher.ts';

export interface PublisherTools {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly send: SendHttps;
  /** An address of a host's name; null where there is none. */
  readonly locate: (host: string) => Promise<string | null>;
}

const DNS_PORT = 53;

export async function openPublisher(
  domain: string,
  keeper: Exclude<Keeper, { kind: 'byHand' }>,
  tools: PublisherTools,
): Promise<Published<DnsPublisher>> {
  switch (keeper.kind) {
    case 'cloudflare':
      return ok(new CloudflarePublisher({ domain, token: keeper.token, send: tools.send }));
    case 'desec':
      return ok(new DesecPublisher({ domain, token: keeper.token, send: tools.send }));
    case 'rfc2136': {
      const server = await findServer(keeper.server, tools);
      if (server === null) return err({ code: 'unreachable', detail: keeper.server });
      const { keyName: name, algorithm } = keeper;
      const key = { name, algorithm, secret: Buffer.from(keeper.secret, 'base64') };
      return ok(new Rfc2136Publisher({ domain, client: new UpdateClient({ ...tools, server, key }) }));
    }
  }
}

async function findServer(text: string, { locate }: PublisherTools): Promise<UpdateServer | null> {
  const named = parseNameServer(text);
  if (named !== null) return named;
  const [, host = '', port = String(DNS_PORT)] = /^([^:]+)(?::(\d{1,5}))?$/u.exec(text) ?? [];
  const address = host === '' || isIP(host) !== 0 ? null : await locate(host);
  return address === null ? null : { address, port: Number(port) };
}

/** The reading office behind real listeners on free loopback ports, for clients that are not ours. */
import { createSecureContext } from 'node:tls';
import { silentLogger } from '../../src-main/base/logger.ts';
import { makeSelfSigned } from '../../src-main/host/self-signed.ts';
import { systemClock } from '../../src-main/host/system-clock.ts';
import type { ServeConnection } from '../../src-main/protocol/connection/accepted-connection.ts';
import { Listener } from '../../src-main/protocol/connection/listener.ts';
import { ReadingOffice } from './reading-office.ts';

export interface ReadingPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly pop3: number;
  readonly pop3s: number;
}

export interface ReadingServer {
  readonly office: ReadingOffice;
  readonly ports: ReadingPorts;
  /** The certificate that TLS clients are to trust, in PEM. */
  readonly certificate: string;
  stop(): Promise<void>;
}

export async function startReadingServer(): Promise<ReadingServer> {
  const office = new ReadingOffice({ systemClock });
  const pair = await makeSelfSigned('localhost', Date.now());
  const context = createSecureContext({ cert: pair.certificate, key: pair.key });
  const listeners: Listener[] = [];
  const listen = async (serve: ServeConnection, tlsMode: 'implicit' | 'starttls'): Promise<number> => {
    const listener = new Listener({
      serve,
      tlsMode,
      secureContext: () => context,
      busyLine: '',
      clock: systemClock,
      logger: silentLogger,
    });
    listeners.push(listener);
    const bound = await listener.listen('127.0.0.1', 0);
    if (!bound.ok) throw new Error(bound.error.detail);
    return bound.value;
  };
  const ports = {
    imap: await listen(office.imap.serve, 'starttls'),
    imaps: await listen(office.imap.serve, 'implicit'),
    pop3: await listen(office.pop3.serve, 'starttls'),
    pop3s: await listen(office.pop3.serve, 'implicit'),
  };
  const stop = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.stopAccepting()));
    await Promise.all([office.imap.closeAll('Stopping'), office.pop3.closeAll('Stopping')]);
    for (const listener of listeners) listener.destroyConnections();
  };
  return { office, ports, certificate: pair.certificate, stop };
}

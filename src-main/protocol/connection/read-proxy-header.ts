/** Reads the PROXY header from a socket that a trusted proxy has opened; what follows it stays in the socket. */
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { PROXY_HEADER_TIMEOUT_MS } from './limits.ts';
import { parseProxyHeader, type ProxiedEnds } from './proxy-header.ts';

export type ProxyHeaderRead =
  | { readonly kind: 'read'; readonly ends: ProxiedEnds | null }
  | { readonly kind: 'malformed' | 'timeout' | 'closed' };

export function readProxyHeader(socket: Socket, clock: Clock): Promise<ProxyHeaderRead> {
  return new Promise((resolve) => {
    let octets: Buffer = Buffer.alloc(0);
    const finish = (read: ProxyHeaderRead): void => {
      cancel();
      socket.off('readable', onReadable);
      socket.off('close', onClose);
      socket.off('end', onClose);
      resolve(read);
    };
    const onClose = (): void => finish({ kind: 'closed' });
    const onReadable = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      octets = Buffer.concat([octets, chunk]);
      const header = parseProxyHeader(octets);
      if (header.kind === 'incomplete') return;
      if (header.kind === 'malformed') return finish(header);
      finish({ kind: 'read', ends: header.ends });
      if (octets.length > header.octets) socket.unshift(octets.subarray(header.octets));
    };
    const cancel = clock.after(PROXY_HEADER_TIMEOUT_MS, () => finish({ kind: 'timeout' }));
    socket.on('readable', onReadable);
    socket.once('close', onClose);
    socket.once('end', onClose);
  });
}

/**
 * TlsChannel: what ties a proof to one TLS connection, and what the client showed of itself in the handshake.
 *
 * Flow: listener and STARTTLS make it → the sign-in asks (RFC 5056). Invariants: nothing here keeps the connection alive.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** RFC 9266; RFC 5929 §4. */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point';

export interface TlsChannel {
  /** null where the connection has no binding of this type. */
  bindingOf(type: ChannelBindingType): Uint8Array | null;
  /** The certificate that the client showed, and has the key of; null: none. Nobody has vouched for it yet. */
  clientCertificate(): X509Certificate | null;
}

/** RFC 9266 §2 */
const EXPORTER_LABEL = 'EXPORTER-Channel-Binding';
const EXPORTER_OCTETS = 32;

export function channelOf(socket: TLSSocket): TlsChannel {
  return {
    bindingOf: (type) => (type === 'tls-exporter' ? exporterOf(socket) : serverEndPointOf(socket)),
    clientCertificate: () => socket.getPeerX509Certificate() ?? null,
  };
}

/** RFC 9266 §4.2: below TLS 1.3 the exporter is unique only with extensions that we cannot ask about. */
function exporterOf(socket: TLSSocket): Uint8Array | null {
  if (socket.getProtocol() !== 'TLSv1.3') return null;
  return socket.exportKeyingMaterial(EXPORTER_OCTETS, EXPORTER_LABEL, Buffer.alloc(0));
}

function serverEndPointOf(socket: TLSSocket): Uint8Array | null {
  const certificate = socket.getX509Certificate();
  return certificate === undefined ? null : hashCertificate(certificate);
}

/** RFC 5929 §4.1: by the hash of its signature; SHA-256 where that is older, or not of one hash (Ed25519). */
export function hashCertificate(certificate: X509Certificate): Uint8Array {
  const [, hash = '256'] = /sha-?(256|384|512)/iu.exec(certificate.signatureAlgorithm ?? '') ?? [];
  return createHash(`sha${hash}`).update(certificate.raw).digest();
}

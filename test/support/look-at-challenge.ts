/** How a certificate authority looks whether a challenge is met: by connecting (RFC 8555 §8.3, §8.4, RFC 8737 §3). */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:tls';
import { X509Certificate } from '@peculiar/x509';

export interface Whereabouts {
  /** Where ports 80 and 443 of the names are. */
  readonly httpPort?: () => number;
  readonly tlsPort?: () => number;
  /** What DNS has. */
  readonly txt?: (name: string) => readonly string[];
}

export interface ShownChallenge {
  readonly type: string;
  readonly name: string;
  readonly token: string;
  /** The key authorization. */
  readonly expected: string;
}

/** null where it is met, else why not. */
export async function lookAtChallenge(challenge: ShownChallenge, where: Whereabouts): Promise<string | null> {
  try {
    const isMet = await look(challenge, where);
    return isMet ? null : `${challenge.type}: something else was found`;
  } catch (error) {
    return `${challenge.type}: ${String(error)}`;
  }
}

function look(challenge: ShownChallenge, { httpPort, tlsPort, txt }: Whereabouts): Promise<boolean> {
  switch (challenge.type) {
    case 'http-01':
      return lookOverHttp(challenge, httpPort?.() ?? 1);
    case 'tls-alpn-01':
      return lookOverTls(challenge, tlsPort?.() ?? 1);
    default: {
      const digest = createHash('sha256').update(challenge.expected).digest('base64url');
      return Promise.resolve(txt?.(`_acme-challenge.${challenge.name}`).includes(digest) ?? false);
    }
  }
}

function lookOverHttp({ name, token, expected }: ShownChallenge, port: number): Promise<boolean> {
  const path = `/.well-known/acme-challenge/${token}`;
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, headers: { host: name }, agent: false },
      (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () => resolve(response.statusCode === 200 && text === expected));
      },
    );
    asked.on('error', reject).end();
  });
}

function lookOverTls({ name, expected }: ShownChallenge, port: number): Promise<boolean> {
  const digest = createHash('sha256').update(expected).digest();
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: name,
      ALPNProtocols: ['acme-tls/1'],
      rejectUnauthorized: false,
    });
    socket.on('error', reject);
    socket.once('secureConnect', () => {
      const certificate = new X509Certificate(socket.getPeerCertificate().raw);
      const extension = certificate.getExtension('1.3.6.1.5.5.7.1.31');
      const value = extension === null ? Buffer.alloc(0) : Buffer.from(extension.value);
      const isSame = extension?.critical === true && value.subarray(2).equals(digest);
      resolve(socket.alpnProtocol === 'acme-tls/1' && isSame);
      socket.destroy();
    });
  });
}

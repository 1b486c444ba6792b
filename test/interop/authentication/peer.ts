/** Asks dkimpy and pyspf (authentication_peer.py), and ours, about messages and records. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { ManualClock } from '../../../src-main/base/clock.ts';
import { createMessageAuthenticator } from '../../../src-main/mail/screening/authentication/create-message-authenticator.ts';
import type { AuthenticationOutcome } from '../../../src-main/mail/screening/authentication/port.ts';
import type { Zone } from '../../support/dns-server.ts';
import { memoryResolver } from '../../support/memory-resolver.ts';

/** Debian's packages are for Debian's Python, which may not be the first on the path. */
export const DEBIAN_PYTHON = '/usr/bin/python3';

const SCRIPT = join(import.meta.dirname, 'authentication_peer.py');

/** One answer for each case. */
export function askPeer<T>(zone: Zone, cases: readonly object[]): readonly T[] {
  const input = JSON.stringify({ zone, cases });
  return JSON.parse(execFileSync(DEBIAN_PYTHON, [SCRIPT], { input, maxBuffer: 1 << 26 }).toString()) as T[];
}

export function judge(message: string, zone: Zone): Promise<AuthenticationOutcome> {
  const octets = Buffer.from(message, 'latin1');
  const authenticator = createMessageAuthenticator({
    resolver: memoryResolver(zone),
    clock: new ManualClock(Date.now()),
    randomBytes: (length) => new Uint8Array(length),
    hostname: () => 'mail.server1.com',
  });
  const facts = { remoteAddress: '192.0.2.1', remoteName: 'mail.server2.com', reversePath: '' };
  return authenticator.authenticate(facts, {
    sizeBytes: octets.length,
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  });
}

export interface PeerKey {
  readonly algorithm: 'rsa-sha256' | 'ed25519-sha256';
  readonly privateKey: KeyObject;
  /** As dkimpy reads it. */
  readonly text: string;
  readonly record: string;
}

/** An Ed25519 key ends with its 32 octets, in PKCS #8 as in SubjectPublicKeyInfo (RFC 8410 §7, §4). */
export function makeKeys(): readonly PeerKey[] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed25519 = generateKeyPairSync('ed25519');
  const der = (key: KeyObject) => key.export({ format: 'der', type: 'spki' });
  const seed = ed25519.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  return [
    {
      algorithm: 'rsa-sha256',
      privateKey: rsa.privateKey,
      text: rsa.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString(),
      record: `v=DKIM1; k=rsa; p=${der(rsa.publicKey).toString('base64')}`,
    },
    {
      algorithm: 'ed25519-sha256',
      privateKey: ed25519.privateKey,
      text: seed.toString('base64'),
      record: `v=DKIM1; k=ed25519; p=${der(ed25519.publicKey).subarray(-32).toString('base64')}`,
    },
  ];
}

/** What mail programs and lists make: folds, tabs, spaces at line ends, empty lines, 8-bit octets. */
export const MESSAGES: readonly string[] = [
  'From: Anna <anna@server2.com>\r\nTo: bob@server1.com\r\nSubject: Hi\r\nDate: Mon, 05 Jan 2026 10:00:00 +0000\r\nMessage-ID: <1@server2.com>\r\n\r\nHello Bob\r\n',
  'From: anna@server2.com\r\nSubject: folded\r\n\tover  several\r\n lines \r\nTo: a@b.example,\r\n  c@d.example\r\nX-Empty:\r\n\r\n  text \t with   spaces  \r\n\r\n\r\n  \r\n\r\n',
  'Received: from x\r\n by y\r\nFROM: anna@server2.com\r\nSubject:\xe4\xf6\xfc\r\nX: 1\r\nX: 2\r\n\r\n\xe4\xf6\xfc\r\n.\r\nFrom the top\r\n\r\n',
  'From: anna@server2.com\r\nSubject: empty\r\n\r\n',
];

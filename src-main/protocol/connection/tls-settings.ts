/**
 * TLS settings: the one place that says what is spoken, as server and as client.
 *
 * RFC 8996 (nothing below TLS 1.2), RFC 9325 (BCP 195); versions, ciphers and curves are those of Mozilla's "intermediate" profile.
 * Invariants: every cipher is forward secret and authenticated (AEAD); no CBC, RC4, 3DES or RSA key exchange; no renegotiation
 * (what it was for, TLS 1.3 has dropped) and no compression (RFC 9325 §3.3).
 */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/**
 * Finite-field DHE of Mozilla's list is left out: whoever knows no elliptic curves knows no AEAD either, and it lets a stranger make
 * the server work for little (CVE-2002-20001).
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** The first is safe from what is recorded today and read by a quantum computer later. */
const CURVES = ['X25519MLKEM768', 'X25519', 'prime256v1', 'secp384r1'];

/** Kept tickets save a phone that wakes up the signatures; a day is what RFC 9325 §3.4 lets a key live. */
export const TICKET_LIFETIME_SECONDS = 24 * 60 * 60;

/** For every listener. */
export const SERVER_TLS: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS.join(':'),
  ecdhCurve: CURVES.join(':'),
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  sessionTimeout: TICKET_LIFETIME_SECONDS,
};

/** For connections to others: old servers of theirs may have nothing better than CBC, which is more than clear text. */
export const CLIENT_TLS: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ecdhCurve: CURVES.join(':'),
};

/**
 * Certificates, as they are kept: the administrator's own that came by the console, those of an authority (ACME), and the account
 * with it. Certificates in files stay in their files; the one that we sign ourselves is in the data folder.
 *
 * Invariants: private keys leave the store for handshakes and signatures alone, never for the console.
 */
export interface KeyPair {
  /** PEM: the server's own certificate first, then those that it is signed with. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

export interface PastedCertificate extends KeyPair {
  readonly id: number;
}

/** How far the obtaining of a certificate is. */
export interface AcmeProgress {
  /** Failures since the last success. */
  readonly failures: number;
  /** Not tried again before then, in milliseconds since 1970 UTC; null: when it is due. */
  readonly notBefore: number | null;
  /** What went wrong last, in the authority's words or ours; null: nothing. */
  readonly problem: string | null;
  readonly triedAt: number | null;
}

/** A certificate of an authority, or the wish for one. */
export interface AcmeCertificate {
  /** `server`, or `mta-sts.<domain>`: what it is for. */
  readonly purpose: string;
  readonly pair: KeyPair | null;
  /** The key that the next certificate will have, published already (RFC 7671 §8.1); null: it keeps its key. */
  readonly nextKey: string | null;
  readonly progress: AcmeProgress;
}

/** RFC 8555 §7.3.4: what the authority gave the administrator to prove whose account it is. */
export interface ExternalAccountBinding {
  readonly keyId: string;
  /** base64url */
  readonly hmacKey: string;
}

export interface AcmeAccount {
  readonly directoryUrl: string;
  /** PEM */
  readonly key: string;
  /** null until the authority knows it. */
  readonly url: string | null;
}

export interface CertificateStore {
  listPasted(): Promise<readonly PastedCertificate[]>;
  addPasted(pair: KeyPair): Promise<number>;
  removePasted(id: number): Promise<void>;
  listAcme(): Promise<readonly AcmeCertificate[]>;
  putAcme(certificate: AcmeCertificate): Promise<void>;
  removeAcme(purpose: string): Promise<void>;
  readAccount(directoryUrl: string): Promise<AcmeAccount | null>;
  putAccount(account: AcmeAccount): Promise<void>;
}

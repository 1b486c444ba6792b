/**
 * Findings: what SPF, DKIM, DMARC and ARC come to, each with its reason.
 *
 * RFC 7208 (SPF), RFC 6376 with 8301 and 8463 (DKIM), RFC 9989 (DMARC; `pct` as RFC 7489 has it), RFC 8617 (ARC).
 * Invariants: plain JSON data; "nobody could say" (temperror) is never told as "there is nothing" (none) or "it is wrong"
 * (permerror, fail). A reason is a sentence for people without its full stop.
 */

/** RFC 7208 §2.6 */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** One thing that was done to find an SPF result, in order. */
export interface SpfStep {
  /** Whose record is read; an include or redirect changes it. */
  readonly domain: string;
  /** 0 for the record asked for, one more within each include. */
  readonly depth: number;
  /** The term as the record has it, e.g. `include:_spf.example.com`; the whole record where one is read. */
  readonly term: string;
  /** What came of it: a sentence without its full stop. */
  readonly outcome: string;
  /** Whether the term matched; absent where the step is no mechanism. */
  readonly isMatch?: boolean;
}

/** RFC 7208: whether the client may use the name. */
export interface SpfFinding {
  /** Which name was asked about (RFC 7208 §2.3, §2.4). With the null reverse-path MAIL FROM stands for postmaster@HELO. */
  readonly identity: 'mailfrom' | 'helo';
  /** `local-part@domain` for MAIL FROM, the domain for HELO. */
  readonly sender: string;
  readonly domain: string;
  readonly result: SpfResult;
  readonly reason: string;
  /** What the domain says to those it refuses (RFC 7208 §6.2): written by a stranger, ASCII. */
  readonly explanation?: string;
  readonly steps: readonly SpfStep[];
  /** Terms that asked DNS, of ten that may (RFC 7208 §4.6.4). */
  readonly lookUps: number;
}

/** RFC 8601 §2.7.1; a message without a signature has no finding. */
export type DkimResult = 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';

/** RFC 6376: one DKIM-Signature field, from the top. */
export interface DkimFinding {
  readonly result: DkimResult;
  /** d=, lower case, A-labels; empty where it could not be read. So is the selector (s=). */
  readonly domain: string;
  readonly selector: string;
  /** i=, or `@` and the domain. */
  readonly identity: string;
  /** a=, e.g. `rsa-sha256`. */
  readonly algorithm: string;
  /** Of the public key; absent where none was read. */
  readonly keyBits?: number;
  /** The first characters of b=, which tell signatures of one domain apart (RFC 6008). */
  readonly signatureStart: string;
  /** t=y in the key record: the domain tries DKIM out (RFC 6376 §3.6.1). */
  readonly isTesting: boolean;
  /** Set where l= leaves octets of the body unsigned: anybody may have added them (RFC 6376 §8.2). */
  readonly unsignedOctets?: number;
  readonly reason: string;
}

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

/** RFC 9989 §4.7: a domain's record, as far as it means something to us. */
export interface DmarcRecord {
  /** Where it was found, without `_dmarc.` */
  readonly domain: string;
  readonly text: string;
  readonly policy: DmarcPolicy;
  readonly subdomainPolicy?: DmarcPolicy;
  /** np: for names that do not exist. */
  readonly nonexistentPolicy?: DmarcPolicy;
  readonly dkimAlignment: 'relaxed' | 'strict';
  readonly spfAlignment: 'relaxed' | 'strict';
  /** t=y */
  readonly isTesting: boolean;
  /** pct (RFC 7489 §6.3): of how many in a hundred failing messages the policy is asked for. */
  readonly percent: number;
  readonly publicSuffix: 'yes' | 'no' | 'unknown';
  /** Where aggregate reports go: URIs, as written. */
  readonly reportUris: readonly string[];
  /** fo, as written. */
  readonly failureOptions: string;
}

export interface DmarcFinding {
  readonly result: 'pass' | 'fail' | 'none' | 'temperror' | 'permerror';
  /** The author's domain (From), lower case, A-labels; empty where there is not exactly one. */
  readonly domain: string;
  readonly organizationalDomain: string;
  /** Absent where no policy is published, or none could be read. */
  readonly record?: DmarcRecord;
  /** Which of the record's policies counts for this domain, and what it asks. */
  readonly policy?: { readonly tag: 'p' | 'sp' | 'np'; readonly asks: DmarcPolicy };
  /** What the domain asks to be done with this message: `none` unless it fails, and after t= and pct have been obeyed. */
  readonly disposition: DmarcPolicy;
  /** Set where t= or pct made the disposition milder than the policy. */
  readonly eased?: 'testing' | 'sampledOut';
  readonly isSpfAligned: boolean;
  readonly isDkimAligned: boolean;
  readonly reason: string;
}

/** What one forwarder said and sealed (RFC 8617 §4.1). */
export interface ArcSet {
  readonly instance: number;
  /** d= of the seal. */
  readonly domain: string;
  readonly selector: string;
  /** cv= of the seal. */
  readonly chainValidation: string;
  /** ARC-Authentication-Results without its instance: authserv-id and results, unfolded. */
  readonly results: string;
}

export interface ArcFinding {
  /** `temperror`: a key could not be read; the chain may be good (RFC 8617 §5.2 leaves it out). */
  readonly result: 'none' | 'pass' | 'fail' | 'temperror';
  /** In order of their instances; empty unless the chain is well-formed. */
  readonly sets: readonly ArcSet[];
  /** RFC 8617 §5.2: the lowest instance from which on nothing was changed any more; 0: nothing ever was. */
  readonly oldestPass?: number;
  readonly reason: string;
}

/** The content, wherever it lies: only ranges of it are read. Lines end with CRLF; `end` is exclusive. */
export interface ReadableOctets {
  readonly sizeBytes: number;
  readRange(start: number, end: number): Promise<Uint8Array>;
}

/**
 * Capabilities: what this session can do now (RFC 9051 §7.2.2), from its state and from what is really there.
 */
import { MAX_APPEND_OCTETS } from './limits.ts';

/** Those that matter before anybody has signed in. */
const ALWAYS = ['IMAP4rev2', 'IMAP4rev1', 'LITERAL+', 'SASL-IR', 'ENABLE', 'ID'];

const SIGNED_IN = [
  'ACL',
  'BINARY',
  'CATENATE',
  'CHILDREN',
  'CONDSTORE',
  'CREATE-SPECIAL-USE',
  'ESEARCH',
  // RFC 5255 §4.4: searches and sorts compare by i;unicode-casemap.
  'I18NLEVEL=1',
  'IDLE',
  'INPROGRESS',
  'LIST-EXTENDED',
  'LIST-METADATA',
  'LIST-MYRIGHTS',
  'LIST-STATUS',
  'METADATA',
  'MOVE',
  'MULTIAPPEND',
  'MULTISEARCH',
  'NAMESPACE',
  'NOTIFY',
  'OBJECTID',
  'PARTIAL',
  'PREVIEW',
  'QRESYNC',
  'QUOTA',
  'QUOTA=RES-MESSAGE',
  'QUOTA=RES-STORAGE',
  'REPLACE',
  // RFC 4314 §5.1.1: the rights that RFC 2086 did not have.
  'RIGHTS=kxte',
  'SAVEDATE',
  'SEARCHRES',
  'SORT',
  'SORT=DISPLAY',
  'SPECIAL-USE',
  'STATUS=SIZE',
  'THREAD=ORDEREDSUBJECT',
  'THREAD=REFERENCES',
  'UIDONLY',
  'UIDPLUS',
  'UNSELECT',
  'UTF8=ACCEPT',
  'WITHIN',
  `APPENDLIMIT=${MAX_APPEND_OCTETS}`,
];

export interface CapabilityFacts {
  readonly isSignedIn: boolean;
  readonly hasTls: boolean;
  /** COMPRESS is offered once (RFC 4978 §3). */
  readonly isCompressed: boolean;
  /** SASL mechanisms that this connection may use; none where passwords may not come over it. */
  readonly mechanisms: readonly string[];
}

export function listCapabilities(facts: CapabilityFacts): string {
  const compress = facts.isCompressed ? [] : ['COMPRESS=DEFLATE'];
  if (facts.isSignedIn) return [...ALWAYS, ...SIGNED_IN, ...compress].join(' ');
  const startTls = facts.hasTls ? [] : ['STARTTLS'];
  const { mechanisms } = facts;
  const signIn = mechanisms.length > 0 ? mechanisms.map((name) => `AUTH=${name}`) : ['LOGINDISABLED'];
  return [...ALWAYS, ...startTls, ...signIn].join(' ');
}

/** The tests: RFC 5228 §5 and those of the extensions. */
import { ADDRESS_TAGS, CHILD_TAGS, INDEX_TAGS, MATCH_TAGS, MIME_TAGS } from './signature.ts';
import type { SignatureTable } from './signature.ts';

export const TESTS: SignatureTable = {
  true: {},
  false: {},
  not: { tests: 'one' },
  allof: { tests: 'many' },
  anyof: { tests: 'many' },
  address: {
    tags: { ...MATCH_TAGS, ...ADDRESS_TAGS, ...INDEX_TAGS, ...CHILD_TAGS },
    parameters: ['strings', 'strings'],
  },
  envelope: {
    capabilities: ['envelope'],
    tags: { ...MATCH_TAGS, ...ADDRESS_TAGS },
    parameters: ['strings', 'strings'],
  },
  exists: { tags: CHILD_TAGS, parameters: ['strings'] },
  header: { tags: { ...MATCH_TAGS, ...INDEX_TAGS, ...MIME_TAGS }, parameters: ['strings', 'strings'] },
  size: {
    tags: { over: { group: 'comparison', value: 'number' }, under: { group: 'comparison', value: 'number' } },
  },
  // RFC 5173
  body: {
    capabilities: ['body'],
    tags: {
      ...MATCH_TAGS,
      raw: { group: 'body transform' },
      text: { group: 'body transform' },
      content: { group: 'body transform', value: 'strings' },
    },
    parameters: ['strings'],
  },
  // RFC 5183
  environment: { capabilities: ['environment'], tags: MATCH_TAGS, parameters: ['string', 'strings'] },
  // RFC 5229
  string: { capabilities: ['variables'], tags: MATCH_TAGS, parameters: ['strings', 'strings'] },
  // RFC 5232
  hasflag: {
    capabilities: ['imap4flags'],
    tags: MATCH_TAGS,
    parameters: ['strings', 'strings'],
    optional: 'first',
  },
  // RFC 5235
  spamtest: {
    capabilities: ['spamtest'],
    tags: { ...MATCH_TAGS, percent: { capability: 'spamtestplus' } },
    parameters: ['string'],
  },
  virustest: { capabilities: ['virustest'], tags: MATCH_TAGS, parameters: ['string'] },
  // RFC 5260
  date: {
    capabilities: ['date'],
    tags: {
      ...MATCH_TAGS,
      ...INDEX_TAGS,
      zone: { group: 'time zone', value: 'string' },
      originalzone: { group: 'time zone' },
    },
    parameters: ['string', 'string', 'strings'],
  },
  currentdate: {
    capabilities: ['date'],
    tags: { ...MATCH_TAGS, zone: { value: 'string' } },
    parameters: ['string', 'strings'],
  },
  // RFC 5435
  valid_notify_method: { capabilities: ['enotify'], parameters: ['strings'] },
  notify_method_capability: {
    capabilities: ['enotify'],
    tags: MATCH_TAGS,
    parameters: ['string', 'string', 'strings'],
  },
  // RFC 5463
  ihave: { capabilities: ['ihave'], parameters: ['strings'] },
  // RFC 5490
  mailboxexists: { capabilities: ['mailbox'], parameters: ['strings'] },
  metadata: { capabilities: ['mboxmetadata'], tags: MATCH_TAGS, parameters: ['string', 'string', 'strings'] },
  metadataexists: { capabilities: ['mboxmetadata'], parameters: ['string', 'strings'] },
  servermetadata: { capabilities: ['servermetadata'], tags: MATCH_TAGS, parameters: ['string', 'strings'] },
  servermetadataexists: { capabilities: ['servermetadata'], parameters: ['strings'] },
  // RFC 7352
  duplicate: {
    capabilities: ['duplicate'],
    tags: {
      handle: { value: 'string' },
      header: { group: 'identity', value: 'string' },
      uniqueid: { group: 'identity', value: 'string' },
      seconds: { value: 'number' },
      last: {},
    },
  },
  // RFC 8579
  specialuse_exists: { capabilities: ['special-use'], parameters: ['string', 'strings'], optional: 'first' },
};

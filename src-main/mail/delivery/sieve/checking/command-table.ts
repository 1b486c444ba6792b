/** The commands: RFC 5228 §3 and §4 and those of the extensions. */
import { MATCH_TAGS, MODIFIER_TAGS } from './signature.ts';
import type { SignatureTable, TagRule } from './signature.ts';

const FLAGS_TAG: Readonly<Record<string, TagRule>> = {
  flags: { capability: 'imap4flags', value: 'strings' },
};

/** RFC 5490 §3.2, RFC 8579 §4.2. */
const MAILBOX_TAGS: Readonly<Record<string, TagRule>> = {
  create: { capability: 'mailbox' },
  specialuse: { capability: 'special-use', value: 'string' },
};

/** RFC 8580 §3: `:create`, `:flags` and `:specialuse` then say how the copy is filed. */
const FCC_TAGS: Readonly<Record<string, TagRule>> = {
  fcc: { capability: 'fcc', value: 'string' },
  ...FLAGS_TAG,
  ...MAILBOX_TAGS,
};

const FLAG_COMMAND = {
  capabilities: ['imap4flags'],
  parameters: ['strings', 'strings'],
  optional: 'first',
} as const;

export const COMMANDS: SignatureTable = {
  require: { parameters: ['strings'] },
  if: { tests: 'one', hasBlock: true },
  elsif: { tests: 'one', hasBlock: true },
  else: { hasBlock: true },
  stop: {},
  keep: { tags: FLAGS_TAG },
  discard: {},
  redirect: { tags: { copy: { capability: 'copy' } }, parameters: ['string'] },
  fileinto: {
    capabilities: ['fileinto'],
    tags: { copy: { capability: 'copy' }, ...FLAGS_TAG, ...MAILBOX_TAGS },
    parameters: ['string'],
  },
  // RFC 5229
  set: { capabilities: ['variables'], tags: MODIFIER_TAGS, parameters: ['string', 'string'] },
  // RFC 5230, RFC 6131
  vacation: {
    capabilities: ['vacation'],
    tags: {
      days: { group: 'period', value: 'number' },
      seconds: { group: 'period', value: 'number', capability: 'vacation-seconds' },
      subject: { value: 'string' },
      from: { value: 'string' },
      addresses: { value: 'strings' },
      mime: {},
      handle: { value: 'string' },
      ...FCC_TAGS,
    },
    parameters: ['string'],
  },
  // RFC 5232
  setflag: FLAG_COMMAND,
  addflag: FLAG_COMMAND,
  removeflag: FLAG_COMMAND,
  // RFC 5293
  addheader: { capabilities: ['editheader'], tags: { last: {} }, parameters: ['string', 'string'] },
  deleteheader: {
    capabilities: ['editheader'],
    tags: { ...MATCH_TAGS, index: { value: 'number' }, last: {} },
    parameters: ['string', 'strings'],
    optional: 'last',
  },
  // RFC 5429
  reject: { capabilities: ['reject'], parameters: ['string'] },
  ereject: { capabilities: ['ereject'], parameters: ['string'] },
  // RFC 5435
  notify: {
    capabilities: ['enotify'],
    tags: {
      from: { value: 'string' },
      importance: { value: 'string' },
      options: { value: 'strings' },
      message: { value: 'string' },
      ...FCC_TAGS,
    },
    parameters: ['string'],
  },
  // RFC 5463
  error: { capabilities: ['ihave'], parameters: ['string'] },
  // RFC 5703
  foreverypart: { capabilities: ['foreverypart'], tags: { name: { value: 'string' } }, hasBlock: true },
  break: { capabilities: ['foreverypart'], tags: { name: { value: 'string' } } },
  extracttext: {
    capabilities: ['extracttext'],
    tags: { first: { value: 'number' }, ...MODIFIER_TAGS },
    parameters: ['string'],
  },
  replace: {
    capabilities: ['replace'],
    tags: { mime: {}, subject: { value: 'string' }, from: { value: 'string' } },
    parameters: ['string'],
  },
  enclose: {
    capabilities: ['enclose'],
    tags: { subject: { value: 'string' }, headers: { value: 'strings' } },
    parameters: ['string'],
  },
  // RFC 6609
  include: {
    capabilities: ['include'],
    tags: { personal: { group: 'location' }, global: { group: 'location' }, once: {}, optional: {} },
    parameters: ['string'],
  },
  return: { capabilities: ['include'] },
  global: { capabilities: ['include'], parameters: ['strings'] },
};

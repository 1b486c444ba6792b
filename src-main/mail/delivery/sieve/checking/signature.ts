/** Signatures: which arguments, tests and block a command or test takes, and what must be required for each (RFC 5228 §2.6). */

export type ParameterType = 'string' | 'strings' | 'number';

export interface TagRule {
  /** What follows the tag; nothing where it is absent. */
  readonly value?: ParameterType;
  /** Only with this extension. */
  readonly capability?: string;
  /** Of the tags of one group a call has one at most. */
  readonly group?: string;
}

export interface Signature {
  /** One of them must be required. */
  readonly capabilities?: readonly string[];
  readonly tags?: Readonly<Record<string, TagRule>>;
  readonly parameters?: readonly ParameterType[];
  /** Which parameter may be left out. */
  readonly optional?: 'first' | 'last';
  readonly tests?: 'one' | 'many';
  readonly hasBlock?: true;
}

export type SignatureTable = Readonly<Record<string, Signature>>;

/** RFC 5228 §2.7.1, RFC 5231 §4, draft-ietf-sieve-regex. */
export const MATCH_TYPES = ['is', 'contains', 'matches', 'regex', 'value', 'count'] as const;
export type MatchTypeName = (typeof MATCH_TYPES)[number];

/** RFC 5228 §2.7.4, RFC 5233 §4. */
export const ADDRESS_PARTS = ['all', 'localpart', 'domain', 'user', 'detail'] as const;
export type AddressPart = (typeof ADDRESS_PARTS)[number];

/** RFC 5703 §4.2: what of a Content-Type field is looked at. */
export const MIME_OPTIONS = ['type', 'subtype', 'contenttype', 'param'] as const;
export type MimeOption = (typeof MIME_OPTIONS)[number];

/** RFC 5229 §4.1, RFC 5435 §7, draft-ietf-sieve-regex §3: in the order of precedence, highest first. */
export const MODIFIERS = [
  ['lower', 'upper'],
  ['lowerfirst', 'upperfirst'],
  ['quotewildcard', 'quoteregex', 'encodeurl'],
  ['length'],
] as const;
export type Modifier = (typeof MODIFIERS)[number][number];

export const MATCH_TAGS: Readonly<Record<string, TagRule>> = {
  is: { group: 'match type' },
  contains: { group: 'match type' },
  matches: { group: 'match type' },
  regex: { group: 'match type', capability: 'regex' },
  value: { group: 'match type', capability: 'relational', value: 'string' },
  count: { group: 'match type', capability: 'relational', value: 'string' },
  comparator: { value: 'string' },
};

export const ADDRESS_TAGS: Readonly<Record<string, TagRule>> = {
  all: { group: 'address part' },
  localpart: { group: 'address part' },
  domain: { group: 'address part' },
  user: { group: 'address part', capability: 'subaddress' },
  detail: { group: 'address part', capability: 'subaddress' },
};

export const INDEX_TAGS: Readonly<Record<string, TagRule>> = {
  index: { capability: 'index', value: 'number' },
  last: { capability: 'index' },
};

export const CHILD_TAGS: Readonly<Record<string, TagRule>> = {
  mime: { capability: 'mime' },
  anychild: { capability: 'mime' },
};

export const MIME_TAGS: Readonly<Record<string, TagRule>> = {
  ...CHILD_TAGS,
  type: { group: 'MIME option', capability: 'mime' },
  subtype: { group: 'MIME option', capability: 'mime' },
  contenttype: { group: 'MIME option', capability: 'mime' },
  param: { group: 'MIME option', capability: 'mime', value: 'strings' },
};

export const MODIFIER_TAGS: Readonly<Record<string, TagRule>> = {
  lower: { group: 'letter case' },
  upper: { group: 'letter case' },
  lowerfirst: { group: 'first letter' },
  upperfirst: { group: 'first letter' },
  quotewildcard: { group: 'quoting' },
  quoteregex: { group: 'quoting', capability: 'regex' },
  encodeurl: { group: 'quoting', capability: 'enotify' },
  length: {},
};

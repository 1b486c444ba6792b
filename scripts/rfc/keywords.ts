/** Which RFC defines each thing that a server of ours offers: the static tests hold every offer against this table. */

/** IMAP capabilities as far as their `=`, where the value is data; in full where it is part of the name. */
export const IMAP_CAPABILITIES: Readonly<Record<string, number | null>> = {
  IMAP4rev2: 9051,
  IMAP4rev1: 3501,
  'LITERAL+': 7888,
  'SASL-IR': 4959,
  ENABLE: 5161,
  ID: 2971,
  STARTTLS: 9051,
  LOGINDISABLED: 9051,
  'AUTH=PLAIN': 4616,
  // No RFC: draft-murchison-sasl-login; old Outlooks know nothing else.
  'AUTH=LOGIN': null,
  'AUTH=SCRAM-SHA-256': 7677,
  'AUTH=SCRAM-SHA-256-PLUS': 7677,
  'AUTH=SCRAM-SHA-1': 5802,
  'AUTH=SCRAM-SHA-1-PLUS': 5802,
  'AUTH=OAUTHBEARER': 7628,
  // Google's, older than RFC 7628.
  'AUTH=XOAUTH2': null,
  'AUTH=EXTERNAL': 4422,
  ACL: 4314,
  APPENDLIMIT: 7889,
  BINARY: 3516,
  CATENATE: 4469,
  CHILDREN: 3348,
  'COMPRESS=DEFLATE': 4978,
  CONDSTORE: 7162,
  'CREATE-SPECIAL-USE': 6154,
  ESEARCH: 4731,
  'I18NLEVEL=1': 5255,
  IDLE: 2177,
  INPROGRESS: 9585,
  'LIST-EXTENDED': 5258,
  'LIST-METADATA': 9590,
  'LIST-MYRIGHTS': 8440,
  'LIST-STATUS': 5819,
  METADATA: 5464,
  MOVE: 6851,
  MULTIAPPEND: 3502,
  MULTISEARCH: 7377,
  NAMESPACE: 2342,
  NOTIFY: 5465,
  OBJECTID: 8474,
  PARTIAL: 9394,
  PREVIEW: 8970,
  QRESYNC: 7162,
  QUOTA: 9208,
  'QUOTA=RES-STORAGE': 9208,
  'QUOTA=RES-MESSAGE': 9208,
  REPLACE: 8508,
  RIGHTS: 4314,
  SAVEDATE: 8514,
  SEARCHRES: 5182,
  SORT: 5256,
  'SORT=DISPLAY': 5957,
  'SPECIAL-USE': 6154,
  'STATUS=SIZE': 8438,
  'THREAD=ORDEREDSUBJECT': 5256,
  'THREAD=REFERENCES': 5256,
  UIDONLY: 9586,
  UIDPLUS: 4315,
  UNSELECT: 3691,
  'UTF8=ACCEPT': 6855,
  WITHIN: 5032,
};

/** EHLO keywords. */
export const SMTP_KEYWORDS: Readonly<Record<string, number | null>> = {
  '8BITMIME': 6152,
  AUTH: 4954,
  CHUNKING: 3030,
  DSN: 3461,
  ENHANCEDSTATUSCODES: 2034,
  LIMITS: 9422,
  PIPELINING: 2920,
  REQUIRETLS: 8689,
  SIZE: 1870,
  SMTPUTF8: 6531,
  STARTTLS: 3207,
  // No RFC: Postfix's, for proxies that we trust.
  XCLIENT: null,
};

/** CAPA tags. */
export const POP3_CAPABILITIES: Readonly<Record<string, number | null>> = {
  'AUTH-RESP-CODE': 3206,
  EXPIRE: 2449,
  IMPLEMENTATION: 2449,
  LANG: 6856,
  'LOGIN-DELAY': 2449,
  PIPELINING: 2449,
  'RESP-CODES': 2449,
  SASL: 5034,
  STLS: 2595,
  TOP: 2449,
  UIDL: 2449,
  USER: 2449,
  UTF8: 6856,
};

/** The RFC of a capability as it was offered, e.g. `APPENDLIMIT=67108864`; undefined where the table has none. */
export function rfcOf(
  table: Readonly<Record<string, number | null>>,
  offered: string,
): number | null | undefined {
  return offered in table ? table[offered] : table[offered.split(/[= ]/)[0] ?? ''];
}

/**
 * Charset: octets of a header field or a text body to a string, whatever charset they claim to be in.
 *
 * Labels: RFC 2978 names and the WHATWG encoding standard's. Flow: indexer, search, previews → here.
 * Invariants: never throws; an unknown charset is read as UTF-8, and as windows-1252 where that does not fit.
 */
type Decoder = InstanceType<typeof TextDecoder>;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: false });
const decoders = new Map<string, Decoder | null>();

/** Labels that mail uses and TextDecoder does not know. */
const ALIASES: Readonly<Record<string, string>> = {
  utf8mb4: 'utf-8',
  'unicode-1-1-utf-8': 'utf-8',
  cp936: 'gbk',
  ms936: 'gbk',
  'gb2312-80': 'gbk',
  cp950: 'big5',
  cp932: 'shift_jis',
  cp949: 'euc-kr',
  ks_c_5601: 'euc-kr',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  cp874: 'windows-874',
  'cp-850': 'windows-1252',
  cp850: 'windows-1252',
  'iso-8859-8-i': 'iso-8859-8',
};

/** Charsets for which octets above 127 are an error: what they contain is guessed. */
const UNDECLARED = new Set([
  '',
  'us-ascii',
  'ascii',
  'ansi_x3.4-1968',
  'unknown',
  'unknown-8bit',
  'x-unknown',
  '8bit',
]);

/** Decodes `bytes` as `charset`; any label, any octets. */
export function decodeCharset(bytes: Uint8Array, charset: string | undefined): string {
  const label = (charset ?? '').trim().toLowerCase();
  if (label === 'utf-8' || label === 'utf8') return utf8.decode(bytes);
  if (!UNDECLARED.has(label)) {
    const decoder = decoderFor(label);
    if (decoder !== null) return decoder.decode(bytes);
  }
  return guessText(bytes);
}

/** Decodes octets of an undeclared charset: UTF-8 where they are that, else windows-1252. */
export function guessText(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  const broken = text.indexOf('\uFFFD');
  // A character cut off at the end does not make it something else.
  if (broken < 0 || broken >= text.length - 1) return text;
  return decoderFor('windows-1252')?.decode(bytes) ?? text;
}

/** Whether `charset` can be decoded (the BADCHARSET response of IMAP). */
export function isKnownCharset(charset: string): boolean {
  const label = charset.trim().toLowerCase();
  return UNDECLARED.has(label) || decoderFor(label) !== null;
}

function decoderFor(label: string): Decoder | null {
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = makeDecoder(ALIASES[label] ?? label);
    // Labels come from strangers: remember the known ones only.
    if (decoder !== null) decoders.set(label, decoder);
  }
  return decoder;
}

function makeDecoder(label: string): Decoder | null {
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}

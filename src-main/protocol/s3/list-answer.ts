/** What ListObjectsV2 answers: a flat XML document of a known shape, of which three elements matter. */
export interface ListedObject {
  readonly key: string;
  readonly octets: number;
}

export interface ListAnswer {
  readonly objects: readonly ListedObject[];
  /** null: that was all. */
  readonly continuation: string | null;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** null where it is no such answer. */
export function parseListAnswer(xml: string): ListAnswer | null {
  if (!/<ListBucketResult[\s>]/u.test(xml)) return null;
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gsu)].map(([, body = '']) => ({
    key: elementOf(body, 'Key') ?? '',
    octets: Number(elementOf(body, 'Size') ?? 0),
  }));
  const isTruncated = elementOf(xml, 'IsTruncated') === 'true';
  return { objects, continuation: isTruncated ? elementOf(xml, 'NextContinuationToken') : null };
}

/** The code and words of an error answer; null: it says nothing. */
export function parseErrorAnswer(xml: string): { readonly code: string; readonly message: string } | null {
  const code = elementOf(xml, 'Code');
  return code === null ? null : { code, message: elementOf(xml, 'Message') ?? '' };
}

function elementOf(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`, 'u').exec(xml);
  return found?.[1] === undefined ? null : unescapeXml(found[1]);
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(#?\w{1,8});/gu, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const isHex = name.startsWith('#x');
    const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * Tag lists: `v=1; a=rsa-sha256; …` as DKIM's and ARC's signatures, key records and DMARC records have them.
 *
 * RFC 6376 §3.2. Invariants: never throws, linear time; a list in which a tag stands twice is no list.
 */

/** Values by name, white space at their ends removed; names keep their letter case. */
export type TagList = ReadonlyMap<string, string>;

const TAG_NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/** null where the text is no tag list. */
export function parseTagList(text: string): TagList | null {
  const tags = new Map<string, string>();
  const parts = text.split(';');
  if (parts.at(-1)?.trim() === '') parts.pop();
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (!TAG_NAME.test(name) || tags.has(name)) return null;
    tags.set(name, part.slice(equals + 1).trim());
  }
  return tags;
}

/** The value without the white space that may stand anywhere in it (base64, lists). */
export function withoutSpace(value: string): string {
  return value.replace(/[ \t\r\n]+/g, '');
}

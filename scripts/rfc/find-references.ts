/**
 * References to RFCs in a text: `RFC 9051 §6.3.4-6.3.8, §7.1`, `RFC 9051 Appendix E`. A bare § belongs to the RFC that was named
 * before it, in the same file.
 */
export interface RfcReference {
  readonly rfc: number;
  /** `§6.3.4-6.3.8` or `Appendix E`; null for the RFC as a whole. */
  readonly section: string | null;
  /** Counted from 1. */
  readonly line: number;
}

/** A line of a comment may end between the words. */
const GAP = String.raw`(?:\s*\n\s*(?:\*|//|#)?\s*|[ \u00a0])`;
const TOKEN = new RegExp(
  String.raw`RFCs?${GAP}(?<rfc>\d{3,5})|§${GAP}?(?<section>\d+(?:\.\d+)*(?:-\d+(?:\.\d+)*)?)|Appendix${GAP}(?<appendix>[A-Z](?:\.\d+)*)\b`,
  'g',
);

export function findReferences(text: string): RfcReference[] {
  const references: RfcReference[] = [];
  let rfc: number | null = null;
  /** Whether the RFC that was named last has had a section. */
  let isWhole = false;
  let line = 1;
  let at = 0;
  const note = (section: string | null): void => {
    if (rfc !== null) references.push({ rfc, section, line });
  };
  for (const match of text.matchAll(TOKEN)) {
    if (isWhole && match.groups?.['rfc'] !== undefined) note(null);
    for (; at < match.index; at++) if (text[at] === '\n') line++;
    const { rfc: named, section, appendix } = match.groups ?? {};
    if (named !== undefined) rfc = Number(named);
    isWhole = named !== undefined;
    if (section !== undefined) note(`§${section}`);
    else if (appendix !== undefined) note(`Appendix ${appendix}`);
  }
  if (isWhole) note(null);
  return references;
}

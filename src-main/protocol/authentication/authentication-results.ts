/**
 * Authentication-Results: what was found, in the field that mail programs and filters read.
 *
 * RFC 8601 §2.2 (grammar), §2.3-2.7 (methods and their properties); RFC 6008 (header.b); RFC 8617 §6 (arc).
 * Invariants: whatever strangers wrote stands as token, quoted-string or comment, so that it can end neither its place nor the
 * field; lines stay short.
 */
import type { ArcFinding, DkimFinding, DmarcFinding, SpfFinding } from './findings.ts';

/** One method's result (RFC 8601 §2.2, resinfo). */
export interface MethodResult {
  readonly method: string;
  readonly result: string;
  /** For people: a comment behind the result. */
  readonly comment?: string;
  /** `ptype.property` and value. */
  readonly properties: readonly (readonly [name: string, value: string])[];
}

export interface FoundResults {
  readonly spf: { readonly helo: SpfFinding; readonly mailFrom: SpfFinding };
  readonly dkim: readonly DkimFinding[];
  readonly dmarc: DmarcFinding;
  readonly arc: ArcFinding;
}

export function methodResults({ spf, dkim, dmarc, arc }: FoundResults): readonly MethodResult[] {
  return [
    ...(spf.mailFrom.identity === 'mailfrom' ? [spfResult(spf.mailFrom, 'smtp.mailfrom')] : []),
    spfResult(spf.helo, 'smtp.helo'),
    ...(dkim.length === 0 ? [{ method: 'dkim', result: 'none', properties: [] }] : dkim.map(dkimResult)),
    dmarcResult(dmarc),
    { method: 'arc', result: arc.result, comment: arc.reason, properties: [] },
  ];
}

function spfResult({ result, reason, sender }: SpfFinding, property: string): MethodResult {
  return { method: 'spf', result, comment: reason, properties: [[property, sender]] };
}

function dkimResult(finding: DkimFinding): MethodResult {
  const properties = [
    ['header.d', finding.domain],
    ['header.i', finding.identity],
    ['header.s', finding.selector],
    ['header.a', finding.algorithm],
    ['header.b', finding.signatureStart],
  ] as const;
  return {
    method: 'dkim',
    result: finding.result,
    comment: finding.reason,
    properties: properties.filter(([, value]) => value !== ''),
  };
}

function dmarcResult({ result, reason, domain, policy }: DmarcFinding): MethodResult {
  return {
    method: 'dmarc',
    result,
    comment: policy === undefined ? reason : `${policy.tag}=${policy.asks}; ${reason}`,
    properties: domain === '' ? [] : [['header.from', domain]],
  };
}

/** RFC 5322 §2.1.1 recommends 78 characters a line. */
const LINE_CHARACTERS = 76;

/** The whole field, folded, ended by CRLF. */
export function formatAuthenticationResults(authservId: string, results: readonly MethodResult[]): string {
  return `Authentication-Results: ${formatResults(authservId, results)}\r\n`;
}

/** What stands behind the field's name, folded; ARC-Authentication-Results has it behind its instance. */
export function formatResults(authservId: string, results: readonly MethodResult[]): string {
  const body = results.length === 0 ? ' none' : results.map(formatResult).join(';');
  return `${formatValue(authservId)};${body}`;
}

function formatResult({ method, result, comment, properties }: MethodResult): string {
  const words = [
    `${method}=${result}`,
    ...(comment === undefined ? [] : commentWords(comment)),
    ...properties.map(([name, value]) => `${name}=${formatValue(value)}`),
  ];
  return foldWords(words);
}

/** Words of a comment, which may be folded between them. */
function commentWords(text: string): readonly string[] {
  const clean = text.replace(/[^\x20-\x7e]/g, '?').replace(/[()\\]/g, "'");
  return `(${clean})`.split(' ').filter((word) => word !== '');
}

function foldWords(words: readonly string[]): string {
  let text = '';
  let length = 0;
  for (const word of words) {
    const isFirst = text === '';
    const mustFold = isFirst || length + 1 + word.length > LINE_CHARACTERS;
    text += (mustFold ? (isFirst ? '\r\n\t' : '\r\n\t\t') : ' ') + word;
    length = mustFold ? 8 + word.length : length + 1 + word.length;
  }
  return text;
}

const TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~]+$/;
/** RFC 8601 §2.2, pvalue: an address or `@domain` needs no quotes. */
const ADDRESS = /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~=]*@[A-Za-z0-9.-]+$/;

/** A token, an address, or a quoted-string; UTF-8 may stand in it (RFC 8601 §5, RFC 6532). */
function formatValue(value: string): string {
  if (TOKEN.test(value) || ADDRESS.test(value)) return value;
  const clean = value.replace(/[\x00-\x1f\x7f]/g, '?').replace(/["\\]/g, '\\$&');
  return `"${clean}"`;
}

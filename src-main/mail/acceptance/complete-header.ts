/**
 * What the first server of a message adds to its header section, and what it takes out.
 *
 * RFC 6409 §8 (Date, Message-ID), RFC 5322 §3.6. Flow: submission; reception for devices that do not sign in.
 * Invariants: fields that are there keep their octets and their order.
 */
import { formatDateTime } from '../../format/date-time.ts';
import { removeForgedResults } from '../../protocol/authentication/forged-results.ts';
import { findFields, rewriteHeaderSection } from '../../format/header-section.ts';
import type { HeaderSection } from '../../format/header-section.ts';
import type { MailEvent, TraceId } from '../events.ts';
import type { AcceptanceOptions, Envelope } from './acceptance.ts';
import type { PreparedHeader } from './accepting-transaction.ts';
import type { HeldHeader } from './header-holding-sink.ts';

type Repair = Extract<MailEvent, { type: 'repaired' }>['what'][number];

export interface Completion {
  readonly traceId: TraceId;
  /** Who is taken for the author where the message names none; null: nobody. */
  readonly author: string | null;
  /** Fields that do not travel on. */
  readonly without: readonly ('bcc' | 'return-path')[];
}

export function completeHeader(
  options: Pick<AcceptanceOptions, 'clock' | 'hostname'>,
  section: HeaderSection,
  { traceId, author, without }: Completion,
): PreparedHeader {
  const at = options.clock.now();
  const added: string[] = [];
  const what: Repair[] = [];
  const addIfMissing = (name: string, repair: Repair, body: () => string) => {
    if (findFields(section, name).length > 0) return;
    added.push(`${name}: ${body()}\r\n`);
    what.push(repair);
  };
  addIfMissing('Date', 'dateAdded', () => formatDateTime(at));
  if (author !== null) addIfMissing('From', 'fromAdded', () => author);
  addIfMissing('Message-ID', 'messageIdAdded', () => `<${traceId}@${options.hostname()}>`);
  if (findFields(section, 'bcc').length > 0 && without.includes('bcc')) what.push('bccRemoved');
  const hidden = without.flatMap((name) => findFields(section, name)).sort((a, b) => a.start - b.start);
  return {
    pieces: rewriteHeaderSection(section, { without: hidden, append: added.join('') }),
    repairs: what.length === 0 ? [] : [{ type: 'repaired', traceId, at, what }],
  };
}

/**
 * Of a message that a device brings without signing in. It has nobody who would read a refusal, so nothing in the header
 * section is one: what is malformed travels on as it is.
 */
export function completeDeviceHeader(
  options: Pick<AcceptanceOptions, 'clock' | 'hostname'>,
  { section, isTooLong }: HeldHeader,
  { mail: { reversePath }, traceId }: Pick<Envelope, 'mail'> & { traceId: TraceId },
): PreparedHeader {
  if (isTooLong || section.problem !== null)
    return { pieces: makeTraceable(section, options.hostname()), repairs: [] };
  const author = reversePath.address === null ? null : reversePath.text;
  return completeHeader(options, section, { traceId, author, without: ['bcc', 'return-path'] });
}

/** The section as the trace field may stand above it: without fields that only this server may write. */
export function makeTraceable(section: HeaderSection, hostname: string): readonly Uint8Array[] {
  // RFC 5321 §4.4: the server that makes final delivery writes the one Return-Path. RFC 8601 §5: results are believed.
  const foreign = [...findFields(section, 'return-path'), ...removeForgedResults(section, hostname)];
  const pieces = rewriteHeaderSection(section, { without: foreign.toSorted((a, b) => a.start - b.start) });
  // A first line that begins with white space would read as a part of our trace field: it is the body's.
  return section.octets[0] === SPACE || section.octets[0] === TAB ? [EMPTY_LINE, ...pieces] : pieces;
}

const SPACE = 0x20;
const TAB = 0x09;
const EMPTY_LINE = Buffer.from('\r\n');

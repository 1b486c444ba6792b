/**
 * A DSN of another server, read: whom it is about, and what of the message came back.
 *
 * RFC 3464 §2 (multipart/report with message/delivery-status), §2.1.2 (address and MTA types). Flow: DSN intake → here.
 * Invariants: never rejects for what a message is like; bounded parts, recipients and texts.
 */
import type { IndexedPart } from '../../format/message-index.ts';
import type { MessageOctets } from '../content/message-octets.ts';

export interface ForeignDsn {
  /** The MTA that reports, without its type. */
  readonly reportingMta: string;
  readonly recipients: readonly DsnRecipient[];
  /** The report and what came back of the message, as text: ids in it name the message. */
  readonly text: string;
}

export interface DsnRecipient {
  readonly action: (typeof ACTIONS)[number];
  readonly recipient: string;
  readonly status: string;
  readonly diagnostic: string;
}

/** RFC 3464 §2.3.3 */
const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;
/** A report on so many recipients is told in part. */
const MOST_RECIPIENTS = 20;
const MOST_REPORT_OCTETS = 64 * 1024;
/** Of the message that came back: its header section. */
const MOST_RETURNED_OCTETS = 32 * 1024;
const MOST_CHARACTERS = 500;

/** null: it is no DSN. */
export async function readDsn(message: MessageOctets): Promise<ForeignDsn | null> {
  const { root } = message.index;
  const report = root.children.find(
    ({ type, subtype }) => type === 'message' && /^(?:global-)?delivery-status$/u.test(subtype),
  );
  if (root.subtype !== 'report' || report === undefined) return null;
  const status = await textOf(message, report, MOST_REPORT_OCTETS);
  const returned = root.children.at(root.children.indexOf(report) + 1);
  const [about = '', ...groups] = status.split(/\r?\n[ \t]*\r?\n/u);
  const recipients = groups.slice(0, MOST_RECIPIENTS).flatMap(readRecipient);
  if (recipients.length === 0) return null;
  const text = returned === undefined ? '' : await textOf(message, returned, MOST_RETURNED_OCTETS);
  return { reportingMta: field(about, 'reporting-mta'), recipients, text: `${status}\n${text}` };
}

async function textOf(message: MessageOctets, part: IndexedPart, most: number): Promise<string> {
  const octets = await message.readRange(part.bodyStart, Math.min(part.bodyEnd, part.bodyStart + most));
  return new TextDecoder().decode(octets);
}

function readRecipient(group: string): readonly DsnRecipient[] {
  const wanted = field(group, 'action').toLowerCase();
  const action = ACTIONS.find((each) => each === wanted);
  const recipient = field(group, 'final-recipient') || field(group, 'original-recipient');
  if (action === undefined || recipient === '') return [];
  const [status = ''] = field(group, 'status').split(/[\s(]/u);
  return [{ action, recipient, status, diagnostic: field(group, 'diagnostic-code') }];
}

/** The value of a field, unfolded, without its type (`rfc822;`, `dns;`, `smtp;`); empty where it is missing. */
function field(group: string, name: string): string {
  const unfolded = group.replaceAll(/\r?\n[ \t]+/gu, ' ');
  const line = unfolded.split(/\r?\n/u).find((each) => each.toLowerCase().startsWith(`${name}:`));
  const value = line?.slice(name.length + 1).trim() ?? '';
  return value.replace(/^[\w-]+;\s*/u, '').slice(0, MOST_CHARACTERS);
}

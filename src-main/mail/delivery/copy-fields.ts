/** The header fields of one copy, above whatever stands above the content already. */
import type { QueueEntry } from '../queue/port.ts';

/** Whom a copy is for. */
export interface CopyAddress {
  /** The account's or alias's own address. */
  readonly address: string;
  /** The forward-path as it was given. */
  readonly recipient: string;
}

/** RFC 5321 §4.4: the last MTA writes the Return-Path. */
export function copyFields(entry: QueueEntry, copy: CopyAddress): string {
  return `Return-Path: <${entry.reversePath}>\r\n${deliveryFields(copy)}${entry.prefix ?? ''}`;
}

/** Whose copy it is: mail that comes back here again is known by it. */
export function deliveryFields({ address, recipient }: CopyAddress): string {
  const isOtherName = recipient.toLowerCase() !== address.toLowerCase();
  return `Delivered-To: ${address}\r\n${isOtherName ? `X-Original-To: ${recipient}\r\n` : ''}`;
}

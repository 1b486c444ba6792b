/** Finds out whether a message has been through an account before: its Delivered-To fields say so. */
import { fieldBody, findFields, parseHeaderSection } from '../../format/header-section.ts';
import type { MessageOctets } from '../content/message-octets.ts';

/** More of a header section is nobody's forwarding. */
const MOST_HEADER_OCTETS = 256 * 1024;

export async function hasBeenHere(octets: MessageOctets, address: string, prefix = ''): Promise<boolean> {
  const end = Math.min(octets.index.root.bodyStart, MOST_HEADER_OCTETS);
  const section = parseHeaderSection(Buffer.concat([Buffer.from(prefix), await octets.readRange(0, end)]));
  const own = address.toLowerCase();
  return findFields(section, 'delivered-to').some(
    (field) => fieldBody(section, field).trim().toLowerCase() === own,
  );
}

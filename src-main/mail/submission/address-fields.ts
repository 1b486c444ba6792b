/**
 * The address fields of a submitted header section: whether they are well-formed, and whom From and Sender name.
 *
 * RFC 5322 §3.6.2 and §3.6.3. The error is a sentence that says which field, on which line, and why.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { formatAddress, parseAddress } from '../../format/address.ts';
import { parseAddressList } from '../../format/address-list.ts';
import { fieldBody } from '../../format/header-section.ts';
import type { HeaderField, HeaderSection } from '../../format/header-section.ts';

/** RFC 5322 §3.6.3: only Bcc may be empty. */
const ADDRESS_FIELDS = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);

/** Addresses of the fields that say whom a message is from. */
export interface Originators {
  readonly from: readonly string[] | null;
  readonly sender: readonly string[] | null;
}

export function checkAddressFields(
  section: HeaderSection,
  options: { allowUtf8: boolean },
): Result<Originators, string> {
  const found = new Map<string, readonly string[]>();
  for (const field of section.fields) {
    const name = field.name.toLowerCase();
    if (!ADDRESS_FIELDS.has(name)) continue;
    const addresses = readAddresses(fieldBody(section, field), options);
    if (!addresses.ok)
      return err(`Line ${field.line}: the ${field.name} field is malformed: ${addresses.error}`);
    const problem = checkCount(field, addresses.value);
    if (problem !== null) return err(`Line ${field.line}: ${problem}`);
    found.set(name, addresses.value);
  }
  return ok({ from: found.get('from') ?? null, sender: found.get('sender') ?? null });
}

function checkCount(field: HeaderField, addresses: readonly string[]): string | null {
  const name = field.name.toLowerCase();
  if (name === 'from' && addresses.length === 0) return 'the From field names nobody';
  return name === 'sender' && addresses.length !== 1 ? 'the Sender field must name one address' : null;
}

/** The addresses of a list, groups opened. */
function readAddresses(body: string, options: { allowUtf8: boolean }): Result<readonly string[], string> {
  const addresses: string[] = [];
  for (const { mailbox, host } of parseAddressList(body)) {
    // Start or end of a group.
    if (host === null) continue;
    const text = formatAddress({ localPart: mailbox ?? '', domain: host });
    const address = parseAddress(text, options);
    if (!address.ok) return err(`"${text}": ${address.error}`);
    addresses.push(text);
  }
  return ok(addresses);
}

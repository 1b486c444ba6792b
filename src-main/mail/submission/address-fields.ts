/**
 * The address fields of a submitted header section: whether they are well-formed, and whom From and Sender name.
 *
 * RFC 5322 §3.6.2 and §3.6.3. The error is a sentence that says which field, on which line, and why.
 */
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { formatAddress } from '../../format/address.ts';
import { fieldBody } from '../../format/header-section.ts';
import type { HeaderField, HeaderSection } from '../../format/header-section.ts';
import { parseStrictAddressList } from '../../format/strict-address-list.ts';

const ADDRESS_FIELDS = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);

/** An address that a field gives as the message's author or sender. */
export interface Originator {
  /** As the field is spelled, e.g. `From`. */
  readonly fieldName: string;
  readonly line: number;
  readonly address: string;
}

export function checkAddressFields(
  section: HeaderSection,
  options: { allowUtf8: boolean },
): Result<readonly Originator[], string> {
  const originators: Originator[] = [];
  for (const field of section.fields) {
    const name = field.name.toLowerCase();
    if (!ADDRESS_FIELDS.has(name)) continue;
    const list = parseStrictAddressList(fieldBody(section, field), options);
    if (!list.ok) return err(`Line ${field.line}: the ${field.name} field is malformed: ${list.error}`);
    const problem = checkCount(field, list.value.length);
    if (problem !== null) return err(`Line ${field.line}: ${problem}`);
    if (name !== 'from' && name !== 'sender') continue;
    for (const address of list.value) {
      originators.push({ fieldName: field.name, line: field.line, address: formatAddress(address) });
    }
  }
  return ok(originators);
}

function checkCount(field: HeaderField, count: number): string | null {
  const name = field.name.toLowerCase();
  if (name === 'from' && count === 0) return 'the From field names nobody';
  return name === 'sender' && count !== 1 ? 'the Sender field must name one address' : null;
}

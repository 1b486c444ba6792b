/**
 * mailto URIs: whom to write to and what (RFC 6068), as RFC 5436 uses them.
 *
 * Invariant: never throws; header fields that would deceive or break the message are left out (RFC 5436 §2.3, RFC 6068 §4).
 */
export interface MailtoTarget {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string | null;
  readonly body: string | null;
  /** Others that may be set, as they are spelled. */
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** RFC 5436 §2.7: these are ours to say. */
const OWN_FIELDS =
  /^(?:from|sender|to|cc|bcc|subject|body|date|message-id|auto-submitted|received|return-path|mime-version|content-.*|resent-.*|reply-to)$/i;

/** null where it is no mailto URI. */
export function parseMailto(uri: string): MailtoTarget | null {
  const match = /^mailto:([^?#]*)(?:\?([^#]*))?$/i.exec(uri);
  if (match === null) return null;
  const known = readFields(match[2] ?? '');
  if (known === null) return null;
  const addresses = (name: string) => valuesOf(known, name).flatMap(splitAddresses);
  const first = splitEncodedAddresses(match[1] ?? '');
  if (first === null) return null;
  return {
    to: [...first, ...addresses('to')],
    cc: addresses('cc'),
    bcc: addresses('bcc'),
    subject: valuesOf(known, 'subject')[0] ?? null,
    body: valuesOf(known, 'body')[0] ?? null,
    fields: known.filter(({ name }) => /^[\x21-\x39\x3b-\x7e]+$/.test(name) && !OWN_FIELDS.test(name)),
  };
}

function readFields(query: string): readonly { name: string; value: string }[] | null {
  const fields: { name: string; value: string }[] = [];
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/su.exec(pair) ?? [];
    const [decodedName, decodedValue] = [decode(name), decode(value)];
    if (decodedName === null || decodedValue === null) return null;
    fields.push({ name: decodedName, value: decodedValue });
  }
  return fields;
}

function valuesOf(fields: readonly { name: string; value: string }[], name: string): readonly string[] {
  return fields.filter((field) => field.name.toLowerCase() === name).map(({ value }) => value);
}

function splitAddresses(list: string): readonly string[] {
  return list
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** A comma within an address is encoded, so the list is cut first. */
function splitEncodedAddresses(list: string): readonly string[] | null {
  const addresses = splitAddresses(list).map(decode);
  return addresses.every((address) => address !== null) ? addresses : null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

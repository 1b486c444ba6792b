/** The domains that a message says it is from (RFC 5322 §3.6.2): what DMARC judges, and what we sign for. */
import { parseAddressList } from '../../format/address-list.ts';
import { domainToAscii } from '../../format/domain.ts';
import { unfold } from '../../format/field-scanner.ts';
import { rawBody, type RawField } from './dkim/canonical-header.ts';
import { MAX_AUTHOR_DOMAINS } from './limits.ts';

/** Of all addresses in all From fields, each once, as A-labels; a sentence that says what is wrong otherwise. */
export function readAuthorDomains(fields: readonly RawField[]): readonly [string, ...string[]] | string {
  const domains = new Set<string>();
  for (const field of fields) {
    if (field.name !== 'from') continue;
    const text = new TextDecoder().decode(Buffer.from(rawBody(field), 'latin1'));
    for (const { host } of parseAddressList(unfold(text), 2 * MAX_AUTHOR_DOMAINS)) {
      if (host === null) continue;
      const ascii = domainToAscii(host.replace(/\.$/, ''));
      if (!ascii.ok) return "the author's address has no domain that could be asked";
      domains.add(ascii.value);
      if (domains.size > MAX_AUTHOR_DOMAINS) return 'the message has too many authors';
    }
  }
  const [first, ...others] = domains;
  if (first === undefined) return 'the message has no author';
  return [first, ...others];
}

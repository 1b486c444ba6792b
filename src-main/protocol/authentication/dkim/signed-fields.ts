/**
 * The fields of one message as its signatures cover them.
 *
 * RFC 6376 §3.4, §3.7, §5.4.2. Flow: signed-message.ts → here → verify.ts, sign.ts.
 * Invariants: fields are put in order once, and each is made canonical once, however many signatures cover it: a signature more
 * costs no more than the octets that it signs.
 */
import { canonicalField, type Canonicalization, type RawField } from './canonical-header.ts';

export class SignedFields {
  readonly #named: ReadonlyMap<string, readonly RawField[]>;
  readonly #relaxed = new Map<RawField, string>();

  constructor(fields: readonly RawField[]) {
    this.#named = Map.groupBy(fields, ({ name }) => name);
  }

  /**
   * What `names` mean, canonical: each name takes the lowest field not taken yet; one that is not there is nothing. The field of the
   * signature itself (`except`) is none of them.
   */
  textOf(names: readonly string[], form: Canonicalization, except?: RawField): string {
    const taken = new Map<string, number>();
    let text = '';
    for (const written of names) {
      const name = written.toLowerCase();
      const fields = this.#named.get(name) ?? [];
      let at = taken.get(name) ?? fields.length - 1;
      if (except !== undefined && fields[at] === except) at--;
      taken.set(name, at - 1);
      const field = fields[at];
      if (field !== undefined) text += this.#canonical(field, form);
    }
    return text;
  }

  #canonical(field: RawField, form: Canonicalization): string {
    if (form === 'simple') return field.text;
    const known = this.#relaxed.get(field);
    if (known !== undefined) return known;
    const text = canonicalField(field, form);
    this.#relaxed.set(field, text);
    return text;
  }
}

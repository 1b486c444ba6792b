/** `address` and `envelope` (RFC 5228 §5.1, §5.4), with the parts of RFC 5228 §2.7.4 and RFC 5233. */
import { parseAddressList } from '../../../../format/address-list.ts';
import { MAX_ENVELOPE_ADDRESSES } from '../../../../format/limits.ts';
import { chosenOption } from '../checking/call.ts';
import type { Call } from '../checking/call.ts';
import { ADDRESS_PARTS } from '../checking/signature.ts';
import type { AddressPart } from '../checking/signature.ts';
import { matchValues } from '../running/match-values.ts';
import type { Run } from '../running/run.ts';
import { fieldsOf } from './fields.ts';
import type { TestTable } from './test-runner.ts';

export const ADDRESS_TESTS: TestTable = {
  async address(run, call) {
    const fields = await fieldsOf(run, call, run.strings(call.parameters[0]));
    const values = fields.flatMap((field) =>
      parseAddressList(field.value, MAX_ENVELOPE_ADDRESSES).flatMap(({ mailbox, host }) =>
        mailbox === null || host === null ? [] : partOf(run, call, { localPart: mailbox, domain: host }),
      ),
    );
    return matchValues(run, call, { values, keys: call.parameters[1] });
  },

  envelope(run, call) {
    const { from, to } = run.environment.envelope;
    const parts = run.strings(call.parameters[0]).map((part) => part.toLowerCase());
    const values = parts.flatMap((part) => {
      const path = part === 'from' ? from : to;
      // RFC 5228 §5.4: the null reverse-path is an empty address, whatever part is asked for.
      return path === '' ? [''] : partOf(run, call, splitAddress(path));
    });
    return matchValues(run, call, { values, keys: call.parameters[1] });
  },
};

interface AddressHalves {
  readonly localPart: string;
  readonly domain: string;
}

function splitAddress(address: string): AddressHalves {
  const at = address.lastIndexOf('@');
  return at < 0
    ? { localPart: address, domain: '' }
    : { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/** Nothing where the address has no such part: a local-part without detail has none to compare (RFC 5233 §4). */
function partOf(run: Run, call: Call, address: AddressHalves): readonly string[] {
  const part: AddressPart = chosenOption(call, ADDRESS_PARTS) ?? 'all';
  const { localPart, domain } = address;
  const detailAt = findDetail(localPart, run.environment.separators);
  switch (part) {
    case 'all':
      return [domain === '' ? localPart : `${localPart}@${domain}`];
    case 'localpart':
      return [localPart];
    case 'domain':
      return [domain];
    case 'user':
      return [detailAt === null ? localPart : localPart.slice(0, detailAt)];
    case 'detail':
      return detailAt === null ? [] : [localPart.slice(detailAt + 1)];
  }
}

/** Where the first separator stands; null where there is none. */
function findDetail(localPart: string, separators: string): number | null {
  const found = localPart.split('').findIndex((character) => separators.includes(character));
  return found < 0 ? null : found;
}

/**
 * What SQL can call of a keyring: seal(value, account, about, id), seal_name(value, account, about), sealed_name(…) to look one up,
 * unseal(value, about, id), seal_content(octets, data key, part, id), unseal_content(…). Account 0 is the office.
 */
import type { SqlValue } from '../connection.ts';
import type { ContentPart } from './content-cipher.ts';
import type { Keyring } from './keyring.ts';

type SqlFunction = (...values: never[]) => SqlValue;
type SealArguments = [value: SqlValue, account: number, about: string, id: SqlValue];
type UnsealArguments = [value: SqlValue, about: string, id: SqlValue];
type NameArguments = [value: SqlValue, account: number, about: string];
type ContentArguments = [value: SqlValue, wrapped: SqlValue, part: ContentPart, id: number];

export function sealingFunctions(keyring: Keyring): readonly (readonly [name: string, call: SqlFunction])[] {
  return [
    ['seal', (...[value, account, about, id]: SealArguments) => keyring.seal(value, { account, about, id })],
    ['unseal', (...[value, about, id]: UnsealArguments) => keyring.unseal(value, about, id)],
    ['seal_name', (...[value, account, about]: NameArguments) => keyring.sealName(value, account, about)],
    ['sealed_name', (...[value, account, about]: NameArguments) => keyring.sealedName(value, account, about)],
    [
      'seal_content',
      (...[value, wrapped, part, id]: ContentArguments) => keyring.sealContent(value, wrapped, { part, id }),
    ],
    [
      'unseal_content',
      (...[value, wrapped, part, id]: ContentArguments) =>
        keyring.unsealContent(value, wrapped, { part, id }),
    ],
  ];
}

/** English: the language whose keys all others must have. */
import { access } from './en/access.ts';
import { backups } from './en/backups.ts';
import { delivery } from './en/delivery.ts';
import { deliveryTest } from './en/delivery-test.ts';
import { encryption } from './en/encryption.ts';
import { filters } from './en/filters.ts';
import { findings } from './en/findings.ts';
import { fix } from './en/fix.ts';
import { general } from './en/general.ts';
import { health } from './en/health.ts';
import { mail } from './en/mail.ts';
import { moveIn } from './en/move-in.ts';
import { observe } from './en/observe.ts';
import { office } from './en/office.ts';
import { queue } from './en/queue.ts';
import { relay } from './en/relay.ts';
import { reports } from './en/reports.ts';
import { running } from './en/running.ts';
import { senders } from './en/senders.ts';
import { certificates } from './en/certificates.ts';
import { sieve } from './en/sieve.ts';
import { signIns } from './en/sign-ins.ts';

export const en = {
  ...access,
  ...backups,
  ...delivery,
  ...deliveryTest,
  ...encryption,
  ...filters,
  ...findings,
  ...fix,
  ...general,
  ...health,
  ...mail,
  ...moveIn,
  ...observe,
  ...office,
  ...queue,
  ...relay,
  ...reports,
  ...running,
  ...senders,
  ...sieve,
  ...signIns,
  ...certificates,
};

type Texts<Tree> = { readonly [Key in keyof Tree]: Tree[Key] extends string ? string : Texts<Tree[Key]> };

/** What every language must have; a missing or an unknown key does not compile. */
export type Messages = Texts<typeof en>;

type Paths<Tree, Prefix extends string = ''> = {
  [Key in keyof Tree & string]: Tree[Key] extends string
    ? `${Prefix}${Key}`
    : Paths<Tree[Key], `${Prefix}${Key}.`>;
}[keyof Tree & string];

/** Every key as it is asked for, e.g. `accounts.add`. */
export type MessageKey = Paths<typeof en>;

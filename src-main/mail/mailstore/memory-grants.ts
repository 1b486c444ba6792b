/** Memory grants: the access control lists of a MemoryMailStore's mailboxes. */
import type { AccountId, MailboxId } from './port.ts';
import { ALL_RIGHTS, changeRights, effectiveRights } from './sharing/port.ts';
import type { Grant, GrantChange, Rights } from './sharing/port.ts';

export class MemoryGrants {
  readonly #grants = new Map<MailboxId, readonly Grant[]>();

  of(id: MailboxId): readonly Grant[] {
    return this.#grants.get(id) ?? [];
  }

  rightsOf(id: MailboxId, { owner, reader }: { owner: AccountId; reader: AccountId }): Rights {
    return owner === reader ? ALL_RIGHTS : effectiveRights(this.of(id), reader);
  }

  change(id: MailboxId, { operation, grantee, isNegative, rights }: GrantChange): void {
    const isSame = (grant: Grant): boolean => grant.grantee === grantee && grant.isNegative === isNegative;
    const current = this.of(id).find(isSame)?.rights ?? '';
    const changed = { grantee, isNegative, rights: changeRights(current, operation, rights) };
    const others = this.of(id).filter((grant) => !isSame(grant));
    const all = changed.rights === '' ? others : [...others, changed];
    this.#grants.set(id, all.sort(compareGrants));
  }

  inherit(from: MailboxId, to: MailboxId): void {
    this.#grants.set(to, this.of(from));
  }

  drop(id: MailboxId): void {
    this.#grants.delete(id);
  }

  dropGrantee(grantee: AccountId): void {
    for (const [id, grants] of this.#grants) {
      this.#grants.set(
        id,
        grants.filter((grant) => grant.grantee !== grantee),
      );
    }
  }
}

/** Anyone first, then by account; what is given before what is taken away. */
function compareGrants(a: Grant, b: Grant): number {
  const numberOf = ({ grantee, isNegative }: Grant): number =>
    (grantee === 'anyone' ? 0 : grantee) * 2 + Number(isNegative);
  return numberOf(a) - numberOf(b);
}

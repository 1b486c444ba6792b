/** Memory grants: the access control lists of a MemoryMailStore's mailboxes. */
import type { AccountId, MailboxId } from './port.ts';
import { ALL_RIGHTS, changeRights, effectiveRights, isGroup } from './sharing/port.ts';
import type { Grant, GrantChange, GroupGrantee, GroupMembers, Rights } from './sharing/port.ts';

export class MemoryGrants {
  readonly #grants = new Map<MailboxId, readonly Grant[]>();
  #members: ReadonlyMap<GroupGrantee, readonly AccountId[]> = new Map();

  of(id: MailboxId): readonly Grant[] {
    return this.#grants.get(id) ?? [];
  }

  rightsOf(id: MailboxId, { owner, reader }: { owner: AccountId; reader: AccountId }): Rights {
    if (owner === reader) return ALL_RIGHTS;
    const groups = [...this.#members].flatMap(([group, members]) => (members.includes(reader) ? group : []));
    return effectiveRights(this.of(id), reader, new Set(groups));
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

  /** Answers the mailboxes on which groups have or had rights. */
  setGroupMembers(groups: GroupMembers): readonly MailboxId[] {
    this.#members = new Map(groups);
    const shared = [...this.#grants].filter(([, grants]) => grants.some(({ grantee }) => isGroup(grantee)));
    for (const [id, grants] of shared) {
      const isThere = ({ grantee }: Grant) => !isGroup(grantee) || this.#members.has(grantee);
      this.#grants.set(id, grants.filter(isThere));
    }
    return shared.map(([id]) => id);
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

/** Groups first, then anyone, then by account; what is given before what is taken away. */
function compareGrants(a: Grant, b: Grant): number {
  const nameOf = ({ grantee }: Grant): string => (isGroup(grantee) ? grantee : '');
  const numberOf = ({ grantee, isNegative }: Grant): number =>
    (grantee === 'anyone' ? 0 : isGroup(grantee) ? -1 : grantee) * 2 + Number(isNegative);
  return numberOf(a) - numberOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
}

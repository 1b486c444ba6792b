/**
 * Roles: what each role of administrator may do. The one table; the host enforces it, the page shows what it allows. No schema
 * library in here.
 *
 * Invariants: what a role is not listed for, it may not do.
 */

export const ROLES = ['owner', 'administrator', 'domainAdministrator', 'helpDesk', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** What an API token is good for, within what its administrator may do; `all`: everything that is any token's. */
export const TOKEN_SCOPES = ['read', 'accounts', 'queue', 'all'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

interface Rights {
  readonly roles: readonly Role[];
  /** null: never by a token. */
  readonly scopes: readonly TokenScope[] | null;
  /** Calls that change something are written into the audit log. */
  readonly changes: boolean;
}

const MANAGERS = ['owner', 'administrator'] as const;
const LOOKERS = [...MANAGERS, 'auditor'] as const;

function reading(roles: readonly Role[], scopes: readonly TokenScope[] | null = ['read']): Rights {
  return { roles, scopes, changes: false };
}

function changing(roles: readonly Role[], scopes: readonly TokenScope[] | null = []): Rights {
  return { roles, scopes, changes: true };
}

export const NEEDS = {
  /** Open to everyone who reaches the console. */
  nothing: reading(ROLES, []),
  'self.read': reading(ROLES, null),
  'self.change': changing(ROLES, null),
  'accounts.read': reading(ROLES, ['read', 'accounts']),
  'accounts.change': changing([...MANAGERS, 'domainAdministrator'], ['accounts']),
  'passwords.change': changing([...MANAGERS, 'domainAdministrator', 'helpDesk'], ['accounts']),
  'signIns.read': reading([...LOOKERS, 'helpDesk'], ['read', 'accounts']),
  'signIns.unblock': changing([...MANAGERS, 'helpDesk'], ['accounts']),
  'rules.read': reading(LOOKERS),
  'rules.change': changing(MANAGERS),
  /** Where a message came from and what became of it, never what it says. */
  'messages.read': reading([...LOOKERS, 'helpDesk'], ['read', 'queue']),
  'transcripts.read': reading(LOOKERS),
  /** What messages say. */
  'content.read': changing(MANAGERS),
  'queue.read': reading(LOOKERS, ['read', 'queue']),
  'queue.change': changing(MANAGERS, ['queue']),
  'settings.read': reading(LOOKERS),
  'settings.change': changing(MANAGERS),
  'audit.read': reading(LOOKERS),
  'administrators.read': reading(['owner', 'auditor']),
  'administrators.change': changing(['owner']),
  /** Whether what is stored can be read by who has the disk. */
  'encryption.change': changing(['owner']),
  /** Whether the machine runs it with nobody logged in. */
  'service.change': changing(['owner']),
  /** Where everything is kept once more, and putting it in the place of what is here. */
  'backups.restore': changing(['owner']),
} as const satisfies Readonly<Record<string, Rights>>;
export type Need = keyof typeof NEEDS;

export function mayDo(who: Role, need: Need): boolean {
  const { roles }: Rights = NEEDS[need];
  return roles.includes(who);
}

/** Whether a token with these scopes is good for it. */
export function isInScope(scopes: readonly TokenScope[], need: Need): boolean {
  const allowed: Rights['scopes'] = NEEDS[need].scopes;
  if (allowed === null) return false;
  return need === 'nothing' || scopes.includes('all') || scopes.some((scope) => allowed.includes(scope));
}

/**
 * Access: where every call of the contract starts: what it needs of its caller (roles.ts).
 *
 * Flow: callFor('accounts.read') in the contract → host/api/gate.ts enforces it. Invariants: a call without a declaration does
 * not compile (contract.ts).
 */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { commonErrors } from './errors.ts';
import { ROLES, TOKEN_SCOPES, type Need } from './roles.ts';

export const role = z.enum(ROLES);
export const tokenScope = z.enum(TOKEN_SCOPES);

/**
 * Where a call's input says which domain it is about: the field that holds it. `view`: the handler shows only what is of
 * the caller's domains. A call without it is closed to administrators of some domains.
 */
export type Reach =
  | 'view'
  | { readonly account: string }
  | { readonly domain: string }
  | { readonly address: string }
  | { readonly appPassword: string };

export interface CallMeta {
  readonly needs: Need;
  readonly reach: Reach | null;
}

/** Where every call of the contract starts. */
export function callFor(needs: Need, reach: Reach | null = null) {
  return oc.$meta<CallMeta>({ needs, reach }).errors(commonErrors);
}

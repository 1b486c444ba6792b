/**
 * Gate: the one place that decides whether a caller may make a call, and that writes what was changed into the audit log.
 *
 * Flow: shell → gate (who? may they? of which domains?) → handler → audit log → answer. Invariants: it stands before every
 * handler of the router; what the contract does not declare for a role is refused; nothing of a refused call runs.
 */
import { ORPCError } from '@orpc/server';
import type { CallMeta } from '../../contract/access.ts';
import { isInScope, mayDo, NEEDS } from '../../contract/roles.ts';
import type { AuditActor } from '../audit/audit-log.ts';
import { stateOf } from '../audit/state-of.ts';
import { forbidden, openCalls, unauthorized } from './base.ts';
import { isWithinReach } from './domain-reach.ts';
import type { Caller, ConsoleContext, ConsoleServices, Visitor } from './services.ts';

/** Whoever sits at this machine and started the app owns the data folder. */
const DESKTOP: Caller = { name: 'desktop', role: 'owner', domains: [], token: null, mustEnrol: false };

export function createGate(services: ConsoleServices) {
  return openCalls.middleware(async ({ context, procedure, path, next }, input) => {
    const { needs, reach } = procedure['~orpc'].meta;
    const caller = await findCaller(services, context.visitor);
    const known: Pick<ConsoleContext, 'caller'> = caller === null ? {} : { caller };
    if (needs === 'nothing') return next({ context: known });
    if (caller === null) throw unauthorized();
    if (!isAllowed(caller, needs)) throw forbidden();
    if (caller.role === 'domainAdministrator') {
      const parsed = await procedure['~orpc'].inputSchema?.['~standard'].validate(input);
      const given = parsed !== undefined && 'value' in parsed ? parsed.value : input;
      if (!needs.startsWith('self.') && !(await isWithinReach({ services, caller, reach, input: given })))
        throw forbidden();
    }
    const proceed = async () => next({ context: known });
    if (!NEEDS[needs].changes) return proceed();
    const actor = actorOf(caller, context.visitor);
    return audited(services, { actor, call: path.join('.'), input }, proceed);
  });
}

/** Who calls, as what; null: nobody who is known. */
export async function findCaller(services: ConsoleServices, visitor: Visitor): Promise<Caller | null> {
  if (visitor.shell === 'desktop') return DESKTOP;
  const name = visitor.administrator();
  const found = name === null ? null : services.access.administrators.find(name);
  if (found === null) return null;
  const { secondFactorRequiredFor } = await services.settings.read();
  const mustEnrol =
    secondFactorRequiredFor.includes(found.role) && !services.access.factors.isEnrolled(found.name);
  const { role, domains } = found;
  return { name: found.name, role, domains, token: visitor.token?.() ?? null, mustEnrol };
}

function isAllowed({ role, token, mustEnrol }: Caller, needs: CallMeta['needs']): boolean {
  if (!mayDo(role, needs)) return false;
  if (token !== null && !isInScope(token.scopes, needs)) return false;
  return !mustEnrol || needs.startsWith('self.');
}

function actorOf({ name, role, token }: Caller, { shell, remoteAddress }: Visitor): AuditActor {
  const kind = shell === 'desktop' ? 'desktop' : 'browser';
  const means =
    token === null ? ({ kind } as const) : { kind: 'token' as const, id: token.id, name: token.name };
  return { who: name, role, address: remoteAddress, means };
}

/** Also what was refused or failed is written: somebody tried. */
export async function audited<T>(
  services: ConsoleServices,
  change: { readonly actor: AuditActor; readonly call: string; readonly input: unknown },
  work: () => Promise<T>,
): Promise<T> {
  const before = await stateOf(services, change);
  const { audit } = services.access;
  try {
    const answer = await work();
    await audit.write({ ...change, before, after: await stateOf(services, change), outcome: 'done' });
    return answer;
  } catch (error) {
    const outcome = error instanceof ORPCError ? outcomeOf(error as ORPCError<string, unknown>) : 'failed';
    await audit.write({ ...change, before, after: await stateOf(services, change), outcome });
    throw error;
  }
}

function outcomeOf({ code, data }: ORPCError<string, unknown>): string {
  const reason = typeof data === 'object' && data !== null && 'reason' in data ? data.reason : undefined;
  return typeof reason === 'string' ? reason : code;
}

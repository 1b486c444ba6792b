/**
 * API document: what scripts may call, as an OpenAPI description made from the contract.
 *
 * Invariants: it is the contract's own, with nothing written twice: each call says what it needs of its token and its caller.
 */
import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { CallMeta } from '../../contract/access.ts';
import { consoleContract } from '../../contract/contract.ts';
import { NEEDS, type Need } from '../../contract/roles.ts';
import { API_PREFIX } from './paths.ts';

export async function describeApi(version: string) {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(consoleContract, {
    info: {
      title: 'Postroom',
      version,
      description:
        'The calls of the console, for scripts. Each takes an API token (Authorization: Bearer …) that has one of its scopes; feeds (text/event-stream) end after a while.',
    },
    servers: [{ url: API_PREFIX }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const operation = item?.post;
    if (operation === undefined) continue;
    const names = path.slice(1).split('/');
    const [area = ''] = names;
    operation.tags = [area];
    const needs = needsOf(names);
    if (needs !== null) operation.description = describeNeed(needs);
  }
  return document;
}

export type ApiDocument = Awaited<ReturnType<typeof describeApi>>;

function needsOf(names: readonly string[]): Need | null {
  let at: unknown = consoleContract;
  for (const name of names) at = (at as Readonly<Record<string, unknown>>)[name];
  const meta = (at as { readonly '~orpc'?: { readonly meta: Partial<CallMeta> } })['~orpc']?.meta;
  return meta?.needs ?? null;
}

function describeNeed(needs: Need): string {
  const { roles, scopes } = NEEDS[needs];
  if (scopes === null) return `Not for tokens. Roles: ${roles.join(', ')}.`;
  const named = [...new Set([...scopes, 'all'])];
  return `Scopes: ${named.join(', ')}. Roles: ${roles.join(', ')}.`;
}

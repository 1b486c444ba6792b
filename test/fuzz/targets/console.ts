/**
 * Input of the console's calls, over the router as shells use it: values that are made from each call's own schema, with faults.
 *
 * Whatever comes, the answer is an output or an error with a code of the contract; never the one that stands for a mistake of ours.
 */
import { call, ORPCError } from '@orpc/server';
import { z } from 'zod';
import { ManualClock } from '../../../src-main/base/clock.ts';
import { consoleContract } from '../../../src-main/contract/contract.ts';
import { createConsoleRouter, type ConsoleRouter } from '../../../src-main/host/api/router.ts';
import type { Visitor } from '../../../src-main/host/api/services.ts';
import { ConsoleWorld } from '../../support/console-world.ts';
import { createDice, type Dice } from '../../support/dice.ts';
import { insist, type FuzzTarget } from '../target.ts';

/** A world fills up with what calls leave in it; then another one begins. */
const CALLS_A_WORLD = 400;
const FAULT = 0.15;

interface Procedure {
  readonly '~orpc': { readonly inputSchema?: z.ZodType };
}

const CALLS = Object.entries(consoleContract).flatMap(([area, calls]) =>
  Object.entries(calls as Record<string, Procedure>).map(([name, procedure]) => ({
    ...{ area, name },
    schema: schemaOf(procedure),
  })),
);

export const CONSOLE: readonly FuzzTarget[] = [
  {
    name: 'console input',
    corpus: CALLS.map(({ area, name }) => `${area}.${name} 1`),
    check: checkCall,
  },
];

const OWNER: Visitor = {
  ...{ shell: 'browser', isLocal: true, remoteAddress: '127.0.0.1' },
  administrator: () => 'owner',
  token: () => null,
};

let world: { readonly router: ConsoleRouter; calls: number } | null = null;

/** The input chooses the call, and is the seed of its value. */
async function checkCall(input: string): Promise<void> {
  const dice = createDice(seedOf(input));
  const named = CALLS.find(({ area, name }) => input.startsWith(`${area}.${name} `));
  const { area, name, schema } = named ?? dice.pick(CALLS);
  const { router } = await worldOf();
  const procedure = (router[area as keyof ConsoleRouter] as unknown as Record<string, never>)[name];
  const value = schema === null ? undefined : valueOf(schema, dice, 0);
  const stop = new AbortController();
  try {
    const options = { context: { visitor: OWNER }, path: [area, name], signal: stop.signal };
    await call(procedure as never, value as never, options as never);
  } catch (error) {
    const code = error instanceof ORPCError ? (error as ORPCError<string, unknown>).code : String(error);
    const told = `${area}.${name} ${JSON.stringify(value)?.slice(0, 300)} answers ${code}: ${String(error)}`;
    // The world's stand-in for HTTPS, which knows one keeper of zones.
    if (String(error).endsWith('is not asked')) return;
    insist(error instanceof ORPCError && code !== 'INTERNAL_SERVER_ERROR', told);
  } finally {
    stop.abort();
  }
}

async function worldOf() {
  if (world === null || world.calls >= CALLS_A_WORLD) {
    const fresh = new ConsoleWorld({ clock: new ManualClock() });
    await fresh.directory.addDomain('server1.com');
    await fresh.directory.addAccount({
      localPart: 'tom',
      domain: 'server1.com',
      name: 'Tom',
      password: 'tom reads mail',
    });
    await fresh.administrators.put({ name: 'owner', password: 'x' });
    world = { router: createConsoleRouter(fresh.services()), calls: 0 };
  }
  world.calls++;
  return world;
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
}

function schemaOf(procedure: Procedure): JsonSchema | null {
  const { inputSchema } = procedure['~orpc'];
  if (inputSchema === undefined) return null;
  return z.toJSONSchema(inputSchema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
}

const TEXTS = [
  ...[
    '',
    'tom',
    'tom@server1.com',
    'server1.com',
    'server9.com',
    'owner',
    'INBOX',
    '*',
    '127.0.0.1',
    '10.0.0.0/8',
    '::1',
  ],
  ...[
    'https://server1.com/',
    '2026-11-21T22:00:00Z',
    'x'.repeat(70_000),
    '\0',
    '\r\nX: y',
    '__proto__',
    '../../etc',
    '\ud800',
  ],
  ...['keep;', 'v=DKIM1', '0000000000000000', '{"a":1}', '季度报表', '<script>', '%00', "' OR 1=1 --"],
];
const NUMBERS = [0, 1, 2, 25, 100, -1, 1.5, 65_536, 2 ** 31, 2 ** 53, -(2 ** 53), 1e308, Number.NaN];
const WRONG: readonly unknown[] = [null, undefined, true, [], {}, 'text', 17, [[]], { constructor: 1 }];

/** Mostly what the schema asks for; sometimes something else. */
function valueOf(schema: JsonSchema, dice: Dice, depth: number): unknown {
  if (dice.falls(FAULT)) return dice.pick(WRONG);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return dice.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) return valueOf(dice.pick(choices), dice, depth + 1);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, dice, depth);
    case 'array': {
      const item = schema.items ?? {};
      return Array.from({ length: dice.below(4) }, () => valueOf(item, dice, depth + 1));
    }
    case 'integer':
    case 'number':
      return dice.pick(NUMBERS);
    case 'boolean':
      return dice.falls(0.5);
    case 'null':
      return null;
    default:
      return dice.pick(TEXTS);
  }
}

function objectOf(schema: JsonSchema, dice: Dice, depth: number): unknown {
  const properties = Object.entries(schema.properties ?? {});
  const wanted = properties.filter(([name]) => schema.required?.includes(name) === true || dice.falls(0.5));
  const filled = wanted.map(([name, each]) => [name, valueOf(each, dice, depth + 1)] as const);
  if (dice.falls(FAULT)) filled.push([dice.pick(TEXTS), dice.pick(WRONG)]);
  return Object.fromEntries(filled);
}

function seedOf(text: string): number {
  let seed = 0;
  for (let at = 0; at < text.length; at++) seed = (Math.imul(seed, 31) + text.charCodeAt(at)) | 0;
  return seed;
}

/** A JSON schema as rows of a table: each key with its path, its type, its default and what is said of it. */
import type { CommentedKeys } from './doc-comments.ts';

export interface JSONSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JSONSchema>>;
  readonly required?: readonly string[];
  readonly items?: JSONSchema;
  readonly anyOf?: readonly JSONSchema[];
  readonly oneOf?: readonly JSONSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly additionalProperties?: boolean | JSONSchema;
  readonly propertyNames?: JSONSchema;
}

export interface OutlineRow {
  readonly path: string;
  readonly type: string;
  /** null: there is none; the key must be there. */
  readonly isRequired: boolean;
  readonly byDefault: unknown;
  readonly comment: string;
}

/** The rows beneath an object, in their order. */
export function outline(schema: JSONSchema, comments: CommentedKeys, prefix = ''): readonly OutlineRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = `${prefix}${key}`;
    const known = Object.hasOwn(comments, key) ? comments[key] : undefined;
    const row: OutlineRow = {
      ...{ path, type: typeOf(value), byDefault: value.default, comment: known?.comment ?? '' },
      isRequired: (schema.required ?? []).includes(key) && value.default === undefined,
    };
    return [row, ...beneath(value, known?.keys ?? {}, path)];
  });
}

function beneath(schema: JSONSchema, comments: CommentedKeys, path: string): readonly OutlineRow[] {
  if (schema.items !== undefined) return beneath(schema.items, comments, `${path}[]`);
  if (schema.properties !== undefined) return outline(schema, comments, `${path}.`);
  const choices = choicesOf(schema).filter(({ type }) => type !== 'null');
  const [only] = choices;
  if (choices.length === 1 && only !== undefined) return beneath(only, comments, path);
  const named = nameOfChoice(schema);
  if (named === null) return [];
  return choices.flatMap((choice) => {
    const word = JSON.stringify(choice.properties?.[named]?.const);
    const { [named]: _, ...properties } = choice.properties ?? {};
    return outline({ ...choice, properties }, comments, `${path}(${named} ${word}).`);
  });
}

function choicesOf({ anyOf, oneOf }: JSONSchema): readonly JSONSchema[] {
  return anyOf ?? oneOf ?? [];
}

/** The key whose constant tells objects apart. */
function nameOfChoice(schema: JSONSchema): string | null {
  const choices = choicesOf(schema).filter(({ type }) => type !== 'null');
  const [first] = choices;
  const names = Object.entries(first?.properties ?? {}).filter(([, { const: word }]) => word !== undefined);
  const found = names.find(([name]) => choices.every((each) => each.properties?.[name]?.const !== undefined));
  return found?.[0] ?? null;
}

export function typeOf(schema: JSONSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(', ');
  const choices = choicesOf(schema);
  if (choices.length > 0) return typeOfChoices(schema, choices);
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.properties !== undefined) return objectType(schema.properties);
  if (
    schema.type === 'object' &&
    schema.propertyNames?.enum !== undefined &&
    typeof schema.additionalProperties === 'object'
  )
    return `object: ${typeOf(schema.propertyNames)} → ${typeOf(schema.additionalProperties)}`;
  return plainType(schema);
}

function typeOfChoices(schema: JSONSchema, choices: readonly JSONSchema[]): string {
  const named = nameOfChoice(schema);
  const isNullable = choices.some(({ type }) => type === 'null') ? ' or null' : '';
  const objects = choices.filter(({ type }) => type !== 'null');
  if (named !== null && objects.length > 1) {
    const words = objects.map(({ properties }) => JSON.stringify(properties?.[named]?.const));
    return `object, by \`${named}\`: ${words.join(', ')}${isNullable}`;
  }
  return choices.map(typeOf).join(' or ');
}

function objectType(properties: Readonly<Record<string, JSONSchema>>): string {
  const names = Object.keys(properties);
  return names.length > 4 ? 'object' : `object { ${names.join(', ')} }`;
}

function plainType({ type = 'anything', format, minimum, maximum, maxLength, pattern }: JSONSchema): string {
  const word = type === 'string' ? (FORMATS[format ?? ''] ?? 'text') : [type].flat().join(' or ');
  const from = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : null;
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : null;
  if (from !== null && to !== null) return `${word}, ${String(from)} to ${String(to)}`;
  if (from !== null) return `${word}, ${String(from)} or more`;
  if (to !== null) return `${word}, ${String(to)} or less`;
  if (maxLength !== undefined) return `${word}, at most ${String(maxLength)} characters`;
  return pattern !== undefined && format === undefined ? `${word} like \`${pattern}\`` : word;
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'time (ISO 8601)',
  uri: 'URL',
  email: 'address',
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
};

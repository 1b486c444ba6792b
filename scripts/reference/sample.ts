/** The least value that a schema allows, with every value of an enum once in a list: to see what is made of it. */
import { z } from 'zod';

export function sampleOf<Schema extends z.ZodType>(schema: Schema): z.infer<Schema> {
  return valueOf(schema) as z.infer<Schema>;
}

function valueOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodReadonly) return valueOf(schema.unwrap());
  if (schema instanceof z.ZodNullable) return null;
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodRecord)
    return Object.fromEntries(keysOf(schema).map((key) => [key, valueOf(schema.valueType)]));
  if (schema instanceof z.ZodArray) return listOf(schema.element);
  if (schema instanceof z.ZodObject) return objectOf(schema);
  if (schema instanceof z.ZodNumber) return 0;
  return null;
}

function keysOf({ keyType }: z.ZodRecord): readonly string[] {
  return keyType instanceof z.ZodEnum ? keyType.options.map(String) : [];
}

function objectOf({ shape }: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, valueOf(value)]));
}

/** One for each value of the first enum in it; of what has none, nothing. */
function listOf(element: z.core.$ZodType): readonly unknown[] {
  if (!(element instanceof z.ZodObject)) return [];
  const named = Object.entries(element.shape).find(([, value]) => value instanceof z.ZodEnum);
  if (named === undefined || !(named[1] instanceof z.ZodEnum)) return [];
  const [key, { options }] = named;
  return options.map((option) => ({ ...objectOf(element), [key]: option }));
}

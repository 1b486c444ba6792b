import { expect, it } from 'vitest';
import { en } from './en.ts';
import { zhCn } from './zh-cn.ts';

type Tree = { readonly [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value] as const] : flatten(value, `${prefix}${key}.`),
  );
}

const placeholders = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();

const english = new Map(flatten(en));
const chinese = flatten(zhCn);

it('says everything in every language', () => {
  expect(chinese.map(([key]) => key).sort()).toEqual([...english.keys()].sort());
  expect(chinese.filter(([, text]) => text.trim() === '')).toEqual([]);
});

it('uses the same placeholders in every language', () => {
  const different = chinese.filter(
    ([key, text]) => placeholders(text).join() !== placeholders(english.get(key) ?? '').join(),
  );
  expect(different).toEqual([]);
});

it('has as many plural forms in every language', () => {
  const forms = (text: string): number => text.split(' | ').length;
  const different = chinese.filter(([key, text]) => forms(text) !== forms(english.get(key) ?? ''));
  expect(different).toEqual([]);
});

it('writes no bare sign that means something to the formatter', () => {
  const bare = [...english, ...chinese].filter(([, text]) => text.replaceAll("{'@'}", '').includes('@'));
  expect(bare).toEqual([]);
});

it('leaves nothing in English that has a word in Chinese', () => {
  const untranslated = chinese
    .filter(([key, text]) => text === english.get(key) && /[a-z]{3,} [a-z]{2,}/i.test(text))
    .map(([key]) => key);
  expect(untranslated).toEqual([]);
});

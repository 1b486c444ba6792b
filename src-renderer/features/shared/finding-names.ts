/** What screening found, named in the reader's language; its technical name stands in header fields and in the log. */
import { textOf, textOfMeaning, type FindingDetail } from '../../../src-main/contract/finding-texts.ts';
import { en, type MessageKey } from '../../locales/en.ts';
import { currentLocale, t } from '../../locales/text.ts';

interface FoundBy {
  readonly check: string;
  readonly outcome: string;
}

type Names = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
const NAMES: Names = en.findings;

export function technicalName({ check, outcome }: FoundBy): string {
  return `${check}.${outcome}`;
}

/** `hello.isOurName` → its name. */
export function nameOfWeight(name: string): string {
  const [check = '', outcome = ''] = name.split('.');
  return nameFinding({ check, outcome });
}

/** A finding that has no name keeps its technical one. */
export function nameFinding(finding: FoundBy): string {
  const { check, outcome } = finding;
  const [kind = '', ...zone] = check.split('.');
  if (kind === 'rule' && outcome !== 'couldNotDetermine') return t('findings.rule.applies');
  const group = NAMES[kind] === undefined ? 'engine' : kind;
  if (NAMES[group]?.[outcome] === undefined) return technicalName(finding);
  return t(`findings.${group}.${outcome}` as MessageKey, {
    name: group === 'engine' ? check : zone.join('.'),
  });
}

/** What a finding rests on, in the reader's language. */
export function tellDetail(detail: FindingDetail): string {
  return textOf(detail, currentLocale());
}

/** What an answer of a DNS list means, in the reader's language. */
export function tellMeaning(meaning: string): string {
  return textOfMeaning(meaning, currentLocale());
}

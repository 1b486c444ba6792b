import { describe, expect, it } from 'vitest';
import type { MailRule } from '../../../../src-main/contract/sieve.ts';
import { draftOf, isComplete, splitTexts, toRule } from './rule-draft.ts';

const RULE: MailRule = {
  kind: 'rule',
  name: 'Everything',
  isEnabled: false,
  matches: 'all',
  conditions: [
    { kind: 'from', isNot: true, comparison: 'is', texts: ['a@b.example', 'Smith, John'] },
    { kind: 'header', isNot: false, comparison: 'matches', texts: ['*x*'], name: 'X-Tag' },
    { kind: 'size', isNot: false, overOctets: 5 * 2 ** 20 },
    { kind: 'list', isNot: false, texts: [] },
    { kind: 'attachment', isNot: false },
    { kind: 'junk', isNot: true },
  ],
  actions: [
    { kind: 'file', mailbox: 'Work/Tom' },
    { kind: 'flag' },
    { kind: 'markRead' },
    { kind: 'forward', address: 'a@b.example', keepsCopy: true },
    { kind: 'forward', address: 'c@d.example', keepsCopy: false },
    { kind: 'discard' },
  ],
  stops: true,
};

describe('a rule in its form', () => {
  it('comes out as it went in', () => {
    expect(toRule(draftOf(RULE))).toEqual(RULE);
  });

  it('is not complete while a line is', () => {
    expect(isComplete(draftOf(null))).toBe(false);
    const draft = draftOf(RULE);
    expect(isComplete(draft)).toBe(true);
    expect(isComplete({ ...draft, conditions: [{ ...draft.conditions[1]!, name: 'no name' }] })).toBe(false);
    expect(isComplete({ ...draft, conditions: [{ ...draft.conditions[2]!, value: 'much' }] })).toBe(false);
    expect(isComplete({ ...draft, actions: [{ kind: 'file', value: ' ' }] })).toBe(false);
  });

  it('does not refuse what it keeps', () => {
    const actions = [
      { kind: 'reject' as const, value: 'No.' },
      { kind: 'file' as const, value: 'X' },
    ];
    expect(isComplete({ ...draftOf(RULE), actions })).toBe(false);
  });

  it('parts texts by commas, and a doubled comma is one', () => {
    expect(splitTexts(' a, b ,, c,')).toEqual(['a', 'b , c']);
  });
});

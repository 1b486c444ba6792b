/** Constants: the strings of a call whose value is known before the run, and so can be judged before it. */
import { SieveProblemError } from '../grammar/ast.ts';
import type { StringLiteral } from '../grammar/ast.ts';
import { literalsOf } from './call.ts';
import type { Value } from './call.ts';

export interface MeaningContext {
  has(capability: string): boolean;
  readonly isInLoop: boolean;
}

/** Refuses the first string that does not fit and holds no variable. */
export function insistOn(
  value: Value | true | null | undefined,
  context: MeaningContext,
  rule: { fits: (text: string) => boolean; text: (value: string) => string },
): void {
  const wrong = constantsOf(value, context).find((literal) => !rule.fits(literal.value));
  if (wrong !== undefined) throw new SieveProblemError(rule.text(wrong.value), wrong.at);
}

/** Those whose value is known before the run. */
export function constantsOf(
  value: Value | true | null | undefined,
  context: MeaningContext,
): readonly StringLiteral[] {
  return literalsOf(value).filter((literal) => !context.has('variables') || !literal.value.includes('${'));
}

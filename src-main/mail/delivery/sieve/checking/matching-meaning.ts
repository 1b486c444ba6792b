/** What match types, comparators, indexes and MIME options ask of each other (RFC 5228 §2.7, RFC 5231, RFC 5260 §6, RFC 5703 §4). */
import { SieveProblemError } from '../grammar/ast.ts';
import {
  BUILT_IN_COMPARATORS,
  comparatorNamed,
  DEFAULT_COMPARATOR,
  isComparatorName,
} from '../matching/comparator.ts';
import type { ComparatorName } from '../matching/comparator.ts';
import { compileRegex } from '../matching/regex-program.ts';
import { RegexProblem } from '../matching/regex-tree.ts';
import { chosenOption, literalsOf } from './call.ts';
import type { Call } from './call.ts';
import { constantsOf, insistOn } from './constants.ts';
import type { MeaningContext } from './constants.ts';
import { MATCH_TYPES, MIME_OPTIONS } from './signature.ts';

/** RFC 5231 §4.1 */
export const RELATIONS = ['gt', 'ge', 'lt', 'le', 'eq', 'ne'] as const;

export function checkMatching(call: Call, context: MeaningContext): void {
  const comparator = checkComparator(call, context);
  const type = chosenOption(call, MATCH_TYPES);
  if (type === 'value' || type === 'count') {
    insistOn(call.options[type], context, {
      fits: (relation) => RELATIONS.some((each) => each === relation.toLowerCase()),
      text: (relation) => `"${relation}" is no comparison; write "gt", "ge", "lt", "le", "eq" or "ne"`,
    });
  }
  if (type === 'regex') checkRegex(call, context, comparator);
  checkCompanions(call);
}

function checkComparator(call: Call, context: MeaningContext): ComparatorName {
  const [literal] = literalsOf(call.options['comparator']);
  if (literal === undefined) return DEFAULT_COMPARATOR;
  const { value, at } = literal;
  if (!isComparatorName(value)) throw new SieveProblemError(`there is no comparator "${value}"`, at);
  if (!BUILT_IN_COMPARATORS.includes(value) && !context.has(`comparator-${value}`)) {
    throw new SieveProblemError(`the comparator "${value}" needs require "comparator-${value}"`, at);
  }
  const type = chosenOption(call, ['contains', 'matches', 'regex']);
  // RFC 4790 §9.1.1: it has no substring operation.
  if (value === 'i;ascii-numeric' && type !== undefined) {
    throw new SieveProblemError(`":${type}" cannot be used with the comparator "${value}"`, at);
  }
  return value;
}

function checkRegex(call: Call, context: MeaningContext, comparator: ComparatorName): void {
  for (const { value, at } of constantsOf(call.parameters.at(-1), context)) {
    try {
      compileRegex(value, comparatorNamed(comparator));
    } catch (error) {
      if (!(error instanceof RegexProblem)) throw error;
      throw new SieveProblemError(`the regular expression "${value}" is wrong: ${error.message}`, at);
    }
  }
}

function checkCompanions(call: Call): void {
  const { options, at } = call;
  // RFC 5260 §6, RFC 5293 §5
  const isIndexed = ['header', 'address', 'date', 'deleteheader'].includes(call.name);
  if (isIndexed && options['last'] !== undefined && options['index'] === undefined) {
    throw new SieveProblemError('":last" needs ":index"', at);
  }
  const index = options['index'];
  if (typeof index === 'object' && index.kind === 'number' && index.value === 0) {
    throw new SieveProblemError('":index" counts from 1', index.at);
  }
  const companion = chosenOption(call, ['anychild', ...MIME_OPTIONS]);
  if (
    ['header', 'address', 'exists'].includes(call.name) &&
    companion !== undefined &&
    options['mime'] === undefined
  ) {
    throw new SieveProblemError(`":${companion}" needs ":mime"`, at);
  }
}

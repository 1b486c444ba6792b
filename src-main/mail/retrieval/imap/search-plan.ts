/**
 * Search plan: a search key made ready for one mailbox: sets resolved to UIDs, strings decoded and folded, cheap keys first.
 */
import { decodeCharset } from '../../../format/charset.ts';
import type { EnvelopeField, SearchKey } from '../../../protocol/imap/grammar/search-key.ts';
import type { UidRange } from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';
import { resolveSet } from './message-set.ts';
import { foldText } from './search-text.ts';

export type SearchPlan =
  | { readonly kind: 'all' | 'none' }
  /** `flag` in lower case. */
  | { readonly kind: 'flag'; readonly flag: string; readonly isSet: boolean }
  | { readonly kind: 'uids'; readonly ranges: readonly UidRange[] }
  | Extract<SearchKey, { kind: 'larger' | 'smaller' | 'date' | 'age' }>
  /** Texts are folded. */
  | { readonly kind: 'envelope'; readonly field: EnvelopeField; readonly text: string }
  | { readonly kind: 'header'; readonly field: string; readonly text: string }
  | { readonly kind: 'body' | 'text'; readonly text: string }
  | { readonly kind: 'not'; readonly plan: SearchPlan }
  | { readonly kind: 'or' | 'and'; readonly plans: readonly SearchPlan[] };

/** Null where a sequence number is too great. */
export function prepareSearch(session: ImapSession, key: SearchKey, charset: string): SearchPlan | null {
  const fold = (octets: string): string => foldText(decodeCharset(Buffer.from(octets, 'latin1'), charset));
  const prepare = (each: SearchKey): SearchPlan | null => prepareSearch(session, each, charset);
  switch (key.kind) {
    case 'flag':
      return { ...key, flag: key.flag.toLowerCase() };
    case 'set': {
      const ranges = resolveSet(session, key.set, key.isUid);
      return ranges === null ? null : { kind: 'uids', ranges };
    }
    case 'envelope':
    case 'body':
    case 'text':
      return { ...key, text: fold(key.text) };
    case 'header':
      return { kind: 'header', field: key.field.toLowerCase(), text: fold(key.text) };
    case 'not': {
      const plan = prepare(key.key);
      return plan === null ? null : { kind: 'not', plan };
    }
    case 'or':
    case 'and':
      return joinPlans(key.kind, key.keys.map(prepare));
    default:
      return key.kind === 'all' || key.kind === 'none' ? { kind: key.kind } : key;
  }
}

function joinPlans(kind: 'or' | 'and', plans: readonly (SearchPlan | null)[]): SearchPlan | null {
  const ready = plans.filter((plan) => plan !== null);
  if (ready.length < plans.length) return null;
  return { kind, plans: ready.sort((a, b) => costOf(a) - costOf(b)) };
}

/** What a key reads: the entry, the index and header section, or the whole message. */
function costOf(plan: SearchPlan): number {
  switch (plan.kind) {
    case 'envelope':
    case 'date':
      return 1;
    case 'header':
      return 2;
    case 'body':
    case 'text':
      return 3;
    case 'not':
      return costOf(plan.plan);
    case 'or':
    case 'and':
      return Math.max(0, ...plan.plans.map(costOf));
    default:
      return 0;
  }
}

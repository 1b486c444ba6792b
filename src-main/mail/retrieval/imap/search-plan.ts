/**
 * Search plan: a search key made ready for one mailbox: sets resolved to UIDs, strings decoded and folded, cheap keys first.
 */
import { decodeCharset } from '../../../format/charset.ts';
import type { EnvelopeField, SearchKey } from '../../../protocol/imap/grammar/search-key.ts';
import type { UidRange } from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';
import { resolveSearchSet } from './message-set.ts';
import { foldText } from './search-text.ts';

export type SearchPlan =
  | { readonly kind: 'all' | 'none' }
  /** `flag` in lower case. */
  | { readonly kind: 'flag'; readonly flag: string; readonly isSet: boolean }
  | { readonly kind: 'uids'; readonly ranges: readonly UidRange[] }
  | Extract<SearchKey, { kind: 'larger' | 'smaller' | 'date' | 'age' | 'modSeq' }>
  /** Texts are folded. */
  | { readonly kind: 'envelope'; readonly field: EnvelopeField; readonly text: string }
  | { readonly kind: 'header'; readonly field: string; readonly text: string }
  | { readonly kind: 'body' | 'text'; readonly text: string }
  | { readonly kind: 'not'; readonly plan: SearchPlan }
  | { readonly kind: 'or' | 'and'; readonly plans: readonly SearchPlan[] };

export function prepareSearch(session: ImapSession, key: SearchKey, charset: string): SearchPlan {
  const fold = (octets: string): string => foldText(decodeCharset(Buffer.from(octets, 'latin1'), charset));
  const prepare = (each: SearchKey): SearchPlan => prepareSearch(session, each, charset);
  switch (key.kind) {
    case 'flag':
      return { ...key, flag: key.flag.toLowerCase() };
    case 'set':
      return { kind: 'uids', ranges: resolveSearchSet(session, key.set, key.isUid) };
    case 'envelope':
    case 'body':
    case 'text':
      return { ...key, text: fold(key.text) };
    case 'header':
      return { kind: 'header', field: key.field.toLowerCase(), text: fold(key.text) };
    case 'not':
      return { kind: 'not', plan: prepare(key.key) };
    case 'or':
    case 'and':
      return { kind: key.kind, plans: key.keys.map(prepare).sort((a, b) => costOf(a) - costOf(b)) };
    case 'all':
    case 'none':
      return { kind: key.kind };
    default:
      return key;
  }
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

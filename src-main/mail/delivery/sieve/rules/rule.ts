/**
 * Rules, as people click them: conditions, actions, an automatic reply. Sieve is beneath: rulesToSieve() and sieveToRules().
 *
 * Invariants: plain data; the console's contract has the same shapes, with bounds. A rule that was read from a script and
 * written again says the same.
 */
export type TextComparison = 'contains' | 'is' | 'matches';

export type RuleCondition =
  | {
      readonly kind: 'from' | 'to' | 'subject';
      readonly isNot: boolean;
      readonly comparison: TextComparison;
      /** One of them. */
      readonly texts: readonly string[];
    }
  | {
      readonly kind: 'header';
      readonly isNot: boolean;
      readonly name: string;
      readonly comparison: TextComparison;
      readonly texts: readonly string[];
    }
  | { readonly kind: 'size'; readonly isNot: boolean; readonly overOctets: number }
  /** Without texts: of any list. */
  | { readonly kind: 'list'; readonly isNot: boolean; readonly texts: readonly string[] }
  | { readonly kind: 'attachment' | 'junk'; readonly isNot: boolean };

export type RuleAction =
  | { readonly kind: 'file'; readonly mailbox: string }
  | { readonly kind: 'flag' | 'markRead' | 'discard' }
  | { readonly kind: 'forward'; readonly address: string; readonly keepsCopy: boolean }
  | { readonly kind: 'reject'; readonly text: string };

export interface MailRule {
  readonly kind: 'rule';
  readonly name: string;
  readonly isEnabled: boolean;
  readonly matches: 'any' | 'all';
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly RuleAction[];
  readonly stops: boolean;
}

/** What was written by hand and fits no rule. */
export interface HandWritten {
  readonly kind: 'text';
  readonly text: string;
}

export interface AutoReply {
  readonly isEnabled: boolean;
  readonly subject: string | null;
  readonly text: string;
  /** `2026-12-24`; null: no bound. */
  readonly from: string | null;
  readonly until: string | null;
  readonly days: number;
  readonly addresses: readonly string[];
}

export interface AccountRules {
  readonly autoReply: AutoReply | null;
  readonly items: readonly (MailRule | HandWritten)[];
}

export const NO_RULES: AccountRules = { autoReply: null, items: [] };

/** Comment lines that carry what Sieve has no words for. */
export const RULE_COMMENT = '# rule: ';
export const REPLY_COMMENT = '# automatic reply';

/** RFC 5235 §3.2: percent at and above which screening calls a message junk. */
export const JUNK_PERCENT = '50';

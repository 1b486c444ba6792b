/**
 * hMailServer's rules of an account as a Sieve script (RFC 5228): what can be said in it is said, what cannot is named.
 *
 * Flow: read-hmailserver.ts → here → to-provision.ts. Invariants: rules keep their order; a rule of which a part cannot be said is left out
 * whole, since half a rule may throw mail away.
 */
import type { ForeignAccount, ForeignRule, ForeignVacation } from './read-hmailserver.ts';

export interface SieveFromRules {
  /** null: there is nothing to filter. */
  readonly script: string | null;
  /** Names of rules that could not be said, with the reason. */
  readonly leftOut: readonly string[];
}

type Criterion = ForeignRule['criteria'][number];
type Action = ForeignRule['actions'][number];

const FIELDS: Readonly<Record<number, string>> = { 1: 'from', 2: 'to', 3: 'cc', 4: 'subject' };
/** Match type → comparison, and whether it is turned around. */
const MATCHES: Readonly<Record<number, readonly [string, boolean]>> = {
  1: [':is', false],
  2: [':contains', false],
  6: [':contains', true],
  7: [':is', true],
  8: [':matches', false],
};

export function rulesToSieve({
  rules,
  vacation,
}: Pick<ForeignAccount, 'rules' | 'vacation'>): SieveFromRules {
  const leftOut: string[] = [];
  const extensions = new Set<string>();
  const blocks: string[] = [];
  for (const rule of rules) {
    const block = ruleToSieve(rule, extensions);
    if (block === null) leftOut.push(rule.name);
    else blocks.push(block);
  }
  if (vacation !== null) {
    blocks.push(vacationToSieve(vacation, extensions));
  }
  if (blocks.length === 0) return { script: null, leftOut };
  const required = [...extensions].sort().map(quote).join(', ');
  return { script: `require [${required}];\n\n${blocks.join('\n\n')}\n`, leftOut };
}

function vacationToSieve({ subject, text, lastDay }: ForeignVacation, extensions: Set<string>): string {
  extensions.add('vacation');
  const action = `vacation${subject === '' ? '' : ` :subject ${quote(subject)}`} ${quote(text)};`;
  if (lastDay === null) return action;
  // RFC 5260 §5; RFC 5231
  extensions.add('date').add('relational');
  return `if currentdate :value "le" "date" ${quote(lastDay)} {\n  ${action}\n}`;
}

function ruleToSieve(rule: ForeignRule, extensions: Set<string>): string | null {
  const own = new Set<string>();
  const tests = rule.criteria.map((criterion) => testOf(criterion, own));
  const actions = rule.actions.map((action) => actionOf(action, own));
  if (tests.length === 0 || actions.length === 0 || tests.includes(null) || actions.includes(null))
    return null;
  own.forEach((extension) => extensions.add(extension));
  const all = `${rule.needsAll ? 'allof' : 'anyof'} (${tests.join(',\n          ')})`;
  const lines = actions.map((action) => `  ${action}`).join('\n');
  const text = `# ${rule.name.replaceAll(/\p{Cc}/gu, ' ')}\nif ${all} {\n${lines}\n}`;
  if (rule.isActive) return text;
  return `# switched off\n${text.replaceAll(/^/gmu, '# ')}`;
}

function testOf(
  { headerField, predefined, match, value }: Criterion,
  extensions: Set<string>,
): string | null {
  const size = headerField === null && predefined === 6;
  if (size) return sizeTest(match, value);
  const [comparison, isTurned] = MATCHES[match] ?? [null, false];
  if (comparison === null) return null;
  const turn = isTurned ? 'not ' : '';
  if (headerField === null && predefined === 5) {
    extensions.add('body');
    return `${turn}body :text ${comparison} ${quote(value)}`;
  }
  if (headerField === null && predefined === 7) {
    extensions.add('envelope');
    return `${turn}envelope ${comparison} "to" ${quote(value)}`;
  }
  const field = headerField ?? FIELDS[predefined];
  return field === undefined ? null : `${turn}header ${comparison} ${quote(field)} ${quote(value)}`;
}

/** In KiB, as hMailServer counts. */
function sizeTest(match: number, value: string): string | null {
  const kibibytes = Number(value);
  if (!Number.isInteger(kibibytes) || kibibytes < 0) return null;
  if (match === 3) return `size :under ${kibibytes}K`;
  return match === 4 ? `size :over ${kibibytes}K` : null;
}

/** RFC 5228 §2.4.2 */
function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, '\\$&')}"`;
}

function actionOf(action: Action, extensions: Set<string>): string | null {
  switch (action.type) {
    case 1:
      return 'discard;';
    case 2:
      extensions.add('copy');
      return action.to === '' ? null : `redirect :copy ${quote(action.to)};`;
    case 3:
      extensions.add('vacation');
      return `vacation${action.subject === '' ? '' : ` :subject ${quote(action.subject)}`} ${quote(action.body)};`;
    case 4:
      extensions.add('fileinto').add('mailbox');
      return `fileinto :create ${quote(action.folder.replaceAll('.', '/'))};`;
    case 6:
      return 'stop;';
    case 7:
      extensions.add('editheader');
      return `deleteheader ${quote(action.header)};\n  addheader ${quote(action.header)} ${quote(action.value)};`;
    default:
      return null;
  }
}

/**
 * A Sieve script as rules: what has the shape of a rule becomes one again, everything else stays as text in its place.
 *
 * Flow: the active script, whoever wrote it → here → console. Invariants: nothing of the script is lost: `require` is made
 * anew from what is needed, each other command is in a rule or in a text. A script that is no Sieve at all is one text.
 */
import type { Command, Position } from '../grammar/ast.ts';
import { parseScript } from '../grammar/parse-script.ts';
import { readReply, readRule } from './read-rule.ts';
import { REPLY_COMMENT, RULE_COMMENT } from './rule.ts';
import type { AccountRules, AutoReply, HandWritten, MailRule } from './rule.ts';

/** Commands that belong together, an `if` with its `elsif` and `else`, and where they lie in the text. */
interface Piece {
  readonly commands: readonly Command[];
  readonly start: number;
  readonly end: number;
  /** The comment line just above. */
  readonly comment: string;
}

export function sieveToRules(text: string): AccountRules {
  const parsed = parseScript(text);
  if (!parsed.ok) return { autoReply: null, items: [{ kind: 'text', text }] };
  const requires = capabilitiesOf(parsed.value.commands);
  let autoReply: AutoReply | null = null;
  const items: (MailRule | HandWritten)[] = [];
  for (const piece of cutIntoPieces(text, parsed.value.commands)) {
    const [only, ...others] = piece.commands;
    const single = others.length === 0 ? only : undefined;
    const reply: AutoReply | null =
      single === undefined || autoReply !== null || items.length > 0 ? null : readReply(single);
    if (reply !== null) {
      autoReply = reply;
      continue;
    }
    const rule = single === undefined ? null : readRule(single, ruleName(piece.comment));
    items.push(rule ?? { kind: 'text', text: text.slice(piece.start, piece.end) });
  }
  return { autoReply, items: withRequires(items, requires) };
}

function ruleName(comment: string): string {
  return comment.startsWith(RULE_COMMENT) ? comment.slice(RULE_COMMENT.length) : '';
}

function capabilitiesOf(commands: readonly Command[]): readonly string[] {
  return commands
    .filter(({ name }) => name === 'require')
    .flatMap((each) => each.arguments)
    .flatMap((argument) => (argument.kind === 'strings' ? argument.values.map(({ value }) => value) : []));
}

/** What hand-written parts need is not known, so the first of them keeps all that the script required. */
function withRequires(
  items: readonly (MailRule | HandWritten)[],
  capabilities: readonly string[],
): readonly (MailRule | HandWritten)[] {
  const first = items.findIndex(({ kind }) => kind === 'text');
  if (first < 0 || capabilities.length === 0) return items;
  const list = capabilities.map((name) => JSON.stringify(name)).join(', ');
  return items.map((item, index) =>
    index === first && item.kind === 'text' ? { ...item, text: `require [${list}];\r\n${item.text}` } : item,
  );
}

/** Each piece reaches to the next one, so that comments stay with what they follow; our own comment lines go with theirs. */
function cutIntoPieces(text: string, commands: readonly Command[]): readonly Piece[] {
  const offsets = lineOffsets(text);
  const offsetOf = ({ line, column }: Position) => (offsets[line - 1] ?? 0) + column - 1;
  const groups = groupChains(commands);
  return groups.flatMap((group, index) => {
    const [first] = group;
    if (first === undefined || first.name === 'require') return [];
    const start = offsetOf(first.at);
    const following = groups[index + 1]?.[0];
    const end = following === undefined ? text.length : offsetOf(following.at);
    const comment = (text.slice(0, start).split(/\r?\n/).at(-2) ?? '').trimStart();
    return [{ commands: group, start, end: start + ownText(text.slice(start, end)).length, comment }];
  });
}

/** Without the comment line of the rule that follows, and empty lines before it. */
function ownText(text: string): string {
  const lines = text.split(/(?<=\n)/);
  const last = lines.findLastIndex((line) => line.trim() !== '');
  const isOurs = (line: string | undefined) =>
    line !== undefined && (line.startsWith(RULE_COMMENT) || line.startsWith(REPLY_COMMENT));
  const kept = isOurs(lines[last]) ? lines.slice(0, last) : lines;
  return kept.join('').replace(/(?:[ \t]*\r?\n)+$/, (blank) => (blank.includes('\r') ? '\r\n' : '\n'));
}

function groupChains(commands: readonly Command[]): readonly (readonly Command[])[] {
  const groups: Command[][] = [];
  for (const command of commands) {
    const isContinuation = command.name === 'elsif' || command.name === 'else';
    if (isContinuation) groups.at(-1)?.push(command);
    else groups.push([command]);
  }
  return groups;
}

function lineOffsets(text: string): readonly number[] {
  const offsets = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) offsets.push(at + 1);
  return offsets;
}

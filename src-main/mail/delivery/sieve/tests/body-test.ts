/** `body`: what stands in the message below its header section (RFC 5173). */
import { decodeCharset, guessText } from '../../../../format/charset.ts';
import type { IndexedPart } from '../../../../format/message-index.ts';
import { htmlToText } from '../../../../format/preview.ts';
import { chosenOption } from '../checking/call.ts';
import { matchValues } from '../running/match-values.ts';
import { childrenOf } from '../running/message-view.ts';
import type { Run } from '../running/run.ts';
import type { TestTable } from './test-runner.ts';

export const BODY_TESTS: TestTable = {
  async body(run, call) {
    const transform = chosenOption(call, ['raw', 'content', 'text']) ?? 'text';
    const values =
      transform === 'raw'
        ? [await rawBody(run)]
        : transform === 'text'
          ? await textBodies(run)
          : await contentBodies(run, run.strings(call.options['content']));
    return matchValues(run, call, { values, keys: call.parameters[0], forgetsMatches: true });
  },
};

/** RFC 5173 §5.1: undecoded. */
async function rawBody(run: Run): Promise<string> {
  const { root } = run.message;
  return guessText(await run.message.readBody(root.bodyStart, root.bodyEnd));
}

/** RFC 5173 §5.3: what people read, tags of HTML taken away. */
async function textBodies(run: Run): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const part of allParts(run.message.root)) {
    if (part.type !== 'text' || part.disposition?.type === 'attachment') continue;
    const text = await run.message.partText(part);
    texts.push(part.subtype === 'html' ? htmlToText(text) : text);
  }
  return texts;
}

/** RFC 5173 §5.2: parts of these types, their transfer encoding and charset decoded. */
async function contentBodies(run: Run, types: readonly string[]): Promise<readonly string[]> {
  const wanted = types.map((type) => type.toLowerCase());
  const bodies: string[] = [];
  for (const part of allParts(run.message.root)) {
    run.budget.spend('step');
    if (wanted.some((type) => isOfType(part, type))) bodies.push(...(await contentOf(run, part)));
  }
  return bodies;
}

/** `text` is every subtype, the empty string every type; what is neither `type` nor `type/subtype` is none. */
function isOfType(part: IndexedPart, wanted: string): boolean {
  if (wanted === '') return true;
  if (/^\/|\/$|\/.*\//.test(wanted)) return false;
  return wanted.includes('/') ? wanted === `${part.type}/${part.subtype}` : wanted === part.type;
}

/** Of a multipart what stands before and after its parts, of a message within its header section. */
async function contentOf(run: Run, part: IndexedPart): Promise<readonly string[]> {
  const { message } = run;
  if (part.message !== null) {
    const { headerStart, bodyStart } = part.message.root;
    return [guessText(await message.readBody(headerStart, bodyStart))];
  }
  const [first] = part.children;
  const last = part.children.at(-1);
  if (first === undefined || last === undefined) return [await message.partText(part)];
  const prologue = decodeCharset(await message.readBody(part.bodyStart, first.headerStart), undefined);
  const epilogue = decodeCharset(await message.readBody(last.bodyEnd, part.bodyEnd), undefined);
  // The boundary lines beside them belong to neither.
  return [
    prologue.replace(/(?:^|\r?\n)--[^\n]*\r?\n$/, ''),
    epilogue.replace(/^\r?\n--[^\n]*(?:\r?\n|$)/, ''),
  ];
}

function allParts(part: IndexedPart): readonly IndexedPart[] {
  return [part, ...childrenOf(part).flatMap(allParts)];
}

/** The header fields that a test looks at: of the message, or of MIME parts with `:mime` (RFC 5703 §4), by `:index` (RFC 5260 §6). */
import type { IndexedPart } from '../../../../format/message-index.ts';
import type { Call } from '../checking/call.ts';
import type { EditedField, EditedHeader } from '../running/edited-header.ts';
import { childrenOf } from '../running/message-view.ts';
import type { Run } from '../running/run.ts';

/** Of each name in its order. */
export async function fieldsOf(
  run: Run,
  call: Call,
  names: readonly string[],
): Promise<readonly EditedField[]> {
  const fields: EditedField[] = [];
  for (const header of await headersOf(run, call)) {
    for (const name of names) fields.push(...indexed(run, call, header.named(name)));
  }
  return fields;
}

/** RFC 5703 §4: the current part's with `:mime`, and those of the parts within with `:anychild`; else the message's. */
export async function headersOf(run: Run, call: Call): Promise<readonly EditedHeader[]> {
  if (call.options['mime'] === undefined) return [run.message.header];
  const part = run.message.partAt(run.part ?? []);
  if (part === undefined) return [];
  const parts = call.options['anychild'] === undefined ? [part] : withDescendants(part);
  const headers: EditedHeader[] = [];
  for (const each of parts) {
    run.budget.spend('step');
    headers.push(await run.message.partHeader(each));
  }
  return headers;
}

function withDescendants(part: IndexedPart): readonly IndexedPart[] {
  return [part, ...childrenOf(part).flatMap(withDescendants)];
}

/** The one that `:index` and `:last` choose, or all. */
export function indexed(run: Run, call: Call, fields: readonly EditedField[]): readonly EditedField[] {
  const index = run.number(call.options['index']);
  if (index === null) return fields;
  const chosen = call.options['last'] === undefined ? fields[index - 1] : fields[fields.length - index];
  return chosen === undefined ? [] : [chosen];
}

/** Changes of the message: `addheader`, `deleteheader` (RFC 5293). */
import type { Call } from '../checking/call.ts';
import { isFieldName } from '../checking/words.ts';
import { MAX_TEXT_OCTETS } from '../limits.ts';
import { decodedValue } from '../running/edited-header.ts';
import type { EditedField } from '../running/edited-header.ts';
import { matchValues } from '../running/match-values.ts';
import { fail } from '../running/run.ts';
import type { Run } from '../running/run.ts';
import { indexed } from '../tests/fields.ts';
import type { ActionTable } from './action-runner.ts';

/** RFC 5293 §6: what tells where a message has been and keeps answers from answering each other stays as it is. */
const PROTECTED_FIELDS: ReadonlySet<string> = new Set([
  'received',
  'auto-submitted',
  'return-path',
  'delivered-to',
]);

export const EDITING_ACTIONS: ActionTable = {
  addheader(run, call) {
    const name = run.parameter(call, 0);
    const value = run.parameter(call, 1);
    if (!isFieldName(name)) fail(`"${name}" is no name of a header field`);
    if (value.length > MAX_TEXT_OCTETS || value.includes('\0'))
      fail(`the value of "${name}" cannot be added`);
    if (PROTECTED_FIELDS.has(name.toLowerCase())) return;
    run.budget.spend('addedField');
    run.message.header.add(name, value, call.options['last'] !== undefined);
  },

  deleteheader(run, call) {
    const name = run.parameter(call, 0);
    if (!isFieldName(name)) fail(`"${name}" is no name of a header field`);
    if (PROTECTED_FIELDS.has(name.toLowerCase())) return;
    const { header } = run.message;
    const fields = indexed(run, call, header.named(name));
    header.delete(fields.filter((field) => isMeant(run, call, field)));
  },
};

/** RFC 5293 §5: without values every field of the name. */
function isMeant(run: Run, call: Call, field: EditedField): boolean {
  const keys = call.parameters[1];
  if (keys === null || keys === undefined) return true;
  return matchValues(run, call, { values: [decodedValue(field)], keys, forgetsMatches: true });
}

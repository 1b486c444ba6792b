/** `header`, `exists` and `size` (RFC 5228 §5.5, §5.7, §5.9), with MIME options (RFC 5703 §4). */
import { parseParameterized } from '../../../../format/parameters.ts';
import { chosenOption } from '../checking/call.ts';
import type { Call } from '../checking/call.ts';
import { MIME_OPTIONS } from '../checking/signature.ts';
import { decodedValue } from '../running/edited-header.ts';
import type { EditedField } from '../running/edited-header.ts';
import { matchValues } from '../running/match-values.ts';
import type { Run } from '../running/run.ts';
import { fieldsOf, headersOf } from './fields.ts';
import type { TestTable } from './test-runner.ts';

export const HEADER_TESTS: TestTable = {
  async header(run, call) {
    const fields = await fieldsOf(run, call, run.strings(call.parameters[0]));
    const values = fields.flatMap((field) => mimeValues(run, call, field));
    return matchValues(run, call, { values, keys: call.parameters[1] });
  },

  async exists(run, call) {
    const headers = await headersOf(run, call);
    const isThere = (name: string) => headers.some((header) => header.named(name).length > 0);
    return run.strings(call.parameters[0]).every(isThere);
  },

  size(run, call) {
    const over = run.number(call.options['over']);
    if (over !== null) return run.message.sizeBytes > over;
    return run.message.sizeBytes < (run.number(call.options['under']) ?? 0);
  },
};

/** What a MIME option leaves of a field's value. */
function mimeValues(run: Run, call: Call, field: EditedField): readonly string[] {
  const option = chosenOption(call, MIME_OPTIONS);
  if (option === undefined) return [decodedValue(field)];
  const { value, parameters } = parseParameterized(field.value);
  const isType = field.name.toLowerCase() === 'content-type';
  const [type = '', subtype = ''] = value.split('/').map((each) => each.trim());
  switch (option) {
    case 'type':
      return [type];
    case 'subtype':
      return [isType ? subtype : ''];
    case 'contenttype':
      return [isType ? `${type}/${subtype}` : value];
    case 'param':
      return run.strings(call.options['param']).flatMap((name) => {
        const key = name.toLowerCase();
        return Object.hasOwn(parameters, key) ? [parameters[key] ?? ''] : [];
      });
  }
}

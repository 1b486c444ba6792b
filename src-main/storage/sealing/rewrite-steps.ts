/**
 * What the background rewrite goes through: each table that holds something sealed, row by row in the order of its key.
 *
 * A statement says seal(unseal(…)): where the folder is being encrypted that seals what is clear, where it is being opened it leaves
 * what unseal answers. So a row may be rewritten twice, and new rows are already as they are to be.
 */

export interface RewriteStep {
  readonly table: string;
  /** The columns that order the rows, and name one. */
  readonly key: readonly string[];
  /** What is set in one row. */
  readonly set: string;
}

interface Rewritten {
  readonly sealed: readonly Sealed[];
  readonly place?: readonly [account: string, id: string];
}

interface Sealed {
  readonly column: string;
  readonly about: string;
}

/** `place`: whose it is and which row, as expressions; else the office's, by the first column of its key. */
function rewrite(
  table: string,
  key: readonly string[],
  { sealed, place = ['0', key[0] ?? ''] }: Rewritten,
): RewriteStep {
  const [account, id] = place;
  const set = sealed.map(
    ({ column, about }) =>
      `${column} = seal(unseal(${column}, '${about}', ${id}), ${account}, '${about}', ${id})`,
  );
  return { table, key, set: set.join(', ') };
}

/** Columns that are called in their seal as they are in their table. */
function columns(kind: string, names: readonly string[]): Sealed[] {
  return names.map((column) => ({ column, about: `${kind} ${column}` }));
}

function one(column: string, about = column): Sealed[] {
  return [{ column, about }];
}

const MAILBOX_OWNER = '(SELECT account_id FROM mailbox WHERE mailbox.id = mailbox_id)';
const SCRIPT_OWNER = 'ifnull(account_id, 0)';

/** The counter of UIDVALIDITY is counted on by SQL. */
const SETTINGS: RewriteStep = {
  table: 'setting',
  key: ['name'],
  set: "value = iif(name = 'lastUidValidity', value, seal(unseal(value, 'setting', name), 0, 'setting', name))",
};

/** After the contents (content-rewrite.ts). */
export const REWRITE_STEPS: readonly RewriteStep[] = [
  rewrite('message', ['mailbox_id', 'uid'], { sealed: one('prefix'), place: [MAILBOX_OWNER, 'content_id'] }),
  rewrite('content_summary', ['content_id'], {
    sealed: columns('summary', ['envelope', 'structure', 'fields']),
  }),
  rewrite('content_facts', ['content_id'], { sealed: columns('summary', ['sorted', 'searched']) }),
  rewrite('search_slice', ['id'], { sealed: one('bits', 'search') }),
  rewrite('trace_event', ['number'], { sealed: one('event'), place: ['0', 'trace_id'] }),
  rewrite('message_trace', ['number'], {
    sealed: columns('trace', ['facts', 'also']),
    place: ['0', 'trace_id'],
  }),
  rewrite('transcript', ['session_id'], { sealed: columns('transcript', ['summary']) }),
  rewrite('queue_entry', ['id'], { sealed: columns('queue', ['prefix', 'verdict']) }),
  rewrite('quarantine', ['id'], {
    sealed: columns('quarantine', ['way', 'prefix', 'reverse_path', 'author', 'subject', 'verdict']),
    place: ['account_id', 'content_id'],
  }),
  rewrite('metadata', ['mailbox_id', 'account_id', 'name'], {
    sealed: one('value', 'metadata'),
    place: ['account_id', 'name'],
  }),
  SETTINGS,
  rewrite('sieve_script', ['id'], { sealed: one('text', 'sieve'), place: [SCRIPT_OWNER, SCRIPT_OWNER] }),
  rewrite('signing_key', ['id'], { sealed: one('private_key', 'signing key'), place: ['0', 'selector'] }),
  rewrite('certificate', ['id'], { sealed: one('private_key', 'certificate key'), place: ['0', 'NULL'] }),
  rewrite('acme_certificate', ['purpose'], {
    sealed: [...one('private_key', 'acme key'), ...one('next_key', 'next acme key')],
  }),
  rewrite('health_finding', ['check_id', 'domain', 'subject'], { sealed: one('finding', 'health finding') }),
  rewrite('password_strength', ['account_id'], { sealed: one('score', 'password strength') }),
  rewrite('health_change', ['id'], { sealed: one('text', 'health change'), place: ['0', 'check_id'] }),
  rewrite('acme_account', ['directory_url'], { sealed: one('private_key', 'acme account') }),
  rewrite('dns_change', ['domain'], { sealed: one('change', 'dns change') }),
  rewrite('backup_run', ['id'], { sealed: one('report', 'backup run'), place: ['0', 'NULL'] }),
  rewrite('trace_slice', ['id'], { sealed: one('bits', 'trace bits') }),
  rewrite('mailbox_deed', ['number'], {
    sealed: [...one('deed'), ...one('trace_ids', 'deed traces')],
    place: ['0', 'at'],
  }),
  rewrite('transcript_lines', ['session_id'], { sealed: columns('transcript', ['lines']) }),
];

/** Names that rows are looked up by: rewritten in the commit that switches, so that no row is there under both names. */
export const NAME_REWRITES: readonly string[] = [
  ['correspondent', 'address', 'account_id', 'correspondent'],
  ['sender_history', 'domain', 'account_id', 'sender domain'],
  ['listed_sender', 'pattern', 'owner', 'listed sender'],
  ['delivery_mark', 'key', 'account_id', 'delivery mark'],
  ['office_mark', 'key', '0', 'office mark'],
  ['greylist', 'key', '0', 'greylist'],
].map(
  ([table, column, account, about]) =>
    `UPDATE OR REPLACE ${table} SET ${column} = seal_name(unseal(${column}, '${about}', NULL), ${account}, '${about}')`,
);

/**
 * Move-in area: a whole office from another server: what will come, the coming with its progress, and catching up.
 *
 * Invariants: passwords of a list come in and never go out.
 */
import { z } from 'zod';
import { callFor } from './access.ts';
import { feedOf, noChange } from './feed.ts';
import { LIMITS } from './limits.ts';
import { MOVE_IN_COLUMNS } from './move-in-columns.ts';
import { count, time } from './values.ts';

const fileName = z.string().min(1).max(LIMITS.fileNameLength);

export const moveInSource = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('hmailserver'),
    /** Name in the transfer folder of the unpacked backup, or of its XML file. */
    place: fileName,
    /** Where the messages lie, if not beside it. */
    mailPlace: fileName.nullable(),
  }),
  z.object({
    from: z.literal('servers'),
    csv: z.string().max(LIMITS.csvLength),
    /** For rows that name none. */
    server: z
      .string()
      .trim()
      .min(1)
      .max(LIMITS.domainLength)
      .regex(/^[^\s/@]+$/u)
      .nullable(),
    /** Whether certificates must be valid and for these hosts. */
    mustVerify: z.boolean(),
  }),
]);
export type MoveInSource = z.infer<typeof moveInSource>;

/** One thing of the old server. */
export const moveInItem = z.object({
  kind: z.enum([
    'domain',
    'otherName',
    'catchAll',
    'account',
    'password',
    'mail',
    'forwarding',
    'rules',
    'rule',
    'absence',
    'alias',
    'list',
    'route',
    'publicFolder',
    'signature',
    'fetching',
    'key',
  ]),
  name: z.string(),
  /** Where it leads, or what it is called. */
  detail: z.string(),
  state: z.enum(['comes', 'exists', 'byHand', 'cannot']),
  reason: z
    .enum([
      'accountStays',
      'domainStays',
      'switchedOff',
      'listSwitchedOff',
      'invalidDomain',
      'otherNameHere',
      'domainCannot',
      'invalidAddress',
      'invalidTarget',
      'leadsToItself',
      'addressTaken',
      'twice',
      'ruleNotSieve',
      'passwordUnknown',
      'noMailFiles',
      'routeSignsIn',
      'invalidRoute',
      'belongsToNobody',
      'addsNothing',
      'fetchesNothing',
      'ownKeys',
    ])
    .nullable(),
  /** Of an account, where somebody knows. */
  messages: count.nullable(),
});
export type MoveInItem = z.infer<typeof moveInItem>;

/** A cell of a list that is wrong. */
export const listMistake = z.object({
  /** As spreadsheets count, 1-based. */
  line: count,
  /** null: it is not about one cell. */
  column: z.enum(MOVE_IN_COLUMNS).nullable(),
  problem: z.enum([
    'noTitles',
    'noAccounts',
    'noAddress',
    'twice',
    'notAnAccount',
    'noPassword',
    'noServer',
    'wrongServer',
    'wrongTls',
    'wrongPort',
  ]),
  /** What stands there; never a password. */
  value: z.string(),
});
export type ListMistake = z.infer<typeof listMistake>;

/** Why nothing can come. */
export const moveInProblem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list'), mistakes: z.array(listMistake).readonly() }),
  z.object({
    kind: z.literal('backup'),
    problem: z.enum(['notUnpacked', 'unreadable', 'notABackup', 'noMailFolder', 'refused']),
    /** For who looks into it. */
    detail: z.string(),
  }),
]);
export type MoveInProblem = z.infer<typeof moveInProblem>;

export const moveInPreview = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('plan'), items: z.array(moveInItem).readonly() }),
  ...moveInProblem.options,
]);
export type MoveInPreview = z.infer<typeof moveInPreview>;

/** What an administrator can do about an account that did not come whole. */
export const moveInRemedy = z.enum(['connection', 'signIn', 'overQuota', 'unreadable', 'again']);
export type MoveInRemedy = z.infer<typeof moveInRemedy>;

export const movingMailbox = z.object({
  address: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'cancelled', 'overQuota', 'failed']),
  /** Why it failed, as the other side or this machine says. */
  reason: z.string().nullable(),
  remedy: moveInRemedy.nullable(),
  mailbox: z.string(),
  messages: count,
  /** Were there already. */
  skipped: count,
  unreadable: count,
  octets: count,
  totalMessages: count.nullable(),
  /** The first messages that could not be read. */
  problems: z.array(z.object({ where: z.string(), reason: z.string() })).readonly(),
});
export type MovingMailbox = z.infer<typeof movingMailbox>;

export const moveInJob = z.object({
  from: z.enum(['hmailserver', 'servers']),
  /** The backup's name; empty for a list. */
  place: z.string(),
  /** 1: it comes for the first time; more: it catches up. */
  round: count,
  startedAt: time,
  endedAt: time.nullable(),
  state: z.enum(['settingUp', 'running', 'done', 'cancelled', 'failed']),
  reason: z.string().nullable(),
  accounts: z.array(movingMailbox).readonly(),
  /** What somebody has to do by hand, or what cannot come. */
  left: z.array(moveInItem).readonly(),
});
export type MoveInJob = z.infer<typeof moveInJob>;

export const moveInView = z.object({
  /** Where backups are put. */
  folder: z.string(),
  /** What lies there. */
  places: z.array(z.string()).readonly(),
  job: moveInJob.nullable(),
});
export type MoveInView = z.infer<typeof moveInView>;

export const moveInContract = {
  watch: callFor('settings.read').output(feedOf(moveInView, noChange)),
  /** Writes nothing. */
  preview: callFor('settings.change').input(moveInSource).output(moveInPreview),
  start: callFor('settings.change').input(moveInSource).output(z.void()),
  cancel: callFor('settings.change').output(z.void()),
  /** From the same place again: what is new there. */
  catchUp: callFor('settings.change').output(z.void()),
  /** Forgets the job, and with it the list's passwords. */
  finish: callFor('settings.change').output(z.void()),
};

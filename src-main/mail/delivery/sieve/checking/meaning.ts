/**
 * Meaning: what each command and test asks of its arguments beyond their types.
 *
 * Flow: checkScript → here. Only what stands in the script is judged; a string with variables is judged when it is run.
 */
import { parseAddress } from '../../../../format/address.ts';
import { SieveProblemError } from '../grammar/ast.ts';
import type { Call } from './call.ts';
import { insistOn } from './constants.ts';
import type { MeaningContext } from './constants.ts';
import { checkMatching } from './matching-meaning.ts';
import {
  isAddressField,
  isDatePart,
  isFieldName,
  isMailboxName,
  isNotifyMethod,
  isVariableName,
  isZone,
} from './words.ts';

type MeaningCheck = (call: Call, context: MeaningContext) => void;

export function checkMeaning(call: Call, context: MeaningContext): void {
  checkMatching(call, context);
  if (Object.hasOwn(CHECKS, call.name)) CHECKS[call.name]?.(call, context);
}

const FIELD_NAME = { fits: isFieldName, text: (name: string) => `"${name}" is no name of a header field` };
const ADDRESS = {
  fits: (address: string) => parseAddress(address, { allowUtf8: true }).ok,
  text: (address: string) => `"${address}" is no address`,
};
/** RFC 5230 §4.3, RFC 5435 §3.4: with a display name or without. */
const SENDER = {
  fits: (sender: string) => ADDRESS.fits(/<([^<>]*)>\s*$/.exec(sender)?.[1] ?? sender.trim()),
  text: ADDRESS.text,
};
const MAILBOX = { fits: isMailboxName, text: (name: string) => `"${name}" is no name of a mailbox` };
const VARIABLE = {
  fits: (name: string) => isVariableName(name),
  text: (name: string) => `"${name}" is no name of a variable`,
};
const DATE_PART = { fits: isDatePart, text: (part: string) => `"${part}" is no part of a date` };
const ZONE = { fits: isZone, text: (zone: string) => `"${zone}" is no time zone as "+0100"` };
const SPECIAL_USE = {
  fits: (use: string) => /^\\[A-Za-z]+$/.test(use),
  text: (use: string) => `"${use}" is no special use as "\\\\Junk"`,
};

const CHECKS: Readonly<Record<string, MeaningCheck>> = {
  address(call, context) {
    insistOn(call.parameters[0], context, FIELD_NAME);
    // RFC 5228 §5.1
    insistOn(call.parameters[0], context, {
      fits: isAddressField,
      text: (name) => `the header field "${name}" holds no addresses; use the test "header"`,
    });
  },
  envelope(call, context) {
    insistOn(call.parameters[0], context, {
      fits: (part) => /^(?:from|to)$/i.test(part),
      text: (part) => `the envelope has no part "${part}"; it has "from" and "to"`,
    });
  },
  header: checkFieldNames,
  exists: checkFieldNames,
  size(call) {
    if (Object.keys(call.options).length === 0) {
      throw new SieveProblemError('"size" needs ":over" or ":under" with a number', call.at);
    }
  },
  date(call, context) {
    insistOn(call.parameters[0], context, FIELD_NAME);
    insistOn(call.parameters[1], context, DATE_PART);
    insistOn(call.options['zone'], context, ZONE);
  },
  currentdate(call, context) {
    insistOn(call.parameters[0], context, DATE_PART);
    insistOn(call.options['zone'], context, ZONE);
  },
  hasflag: checkFlagVariables,
  setflag: checkFlagVariables,
  addflag: checkFlagVariables,
  removeflag: checkFlagVariables,
  notify_method_capability: (call, context) => checkNotifyMethod(call, context),
  mailboxexists: (call, context) => insistOn(call.parameters[0], context, MAILBOX),
  specialuse_exists(call, context) {
    insistOn(call.parameters[0], context, MAILBOX);
    insistOn(call.parameters[1], context, SPECIAL_USE);
  },
  duplicate(call, context) {
    insistOn(call.options['header'], context, FIELD_NAME);
  },
  redirect: (call, context) => insistOn(call.parameters[0], context, ADDRESS),
  fileinto(call, context) {
    insistOn(call.parameters[0], context, MAILBOX);
    insistOn(call.options['specialuse'], context, SPECIAL_USE);
  },
  set: (call, context) => insistOn(call.parameters[0], context, VARIABLE),
  vacation(call, context) {
    insistOn(call.options['from'], context, SENDER);
    insistOn(call.options['addresses'], context, SENDER);
    checkFileCarbonCopy(call, context);
  },
  notify(call, context) {
    checkNotifyMethod(call, context);
    insistOn(call.options['from'], context, SENDER);
    insistOn(call.options['importance'], context, {
      fits: (importance) => /^[123]$/.test(importance),
      text: (importance) => `the importance is "1", "2" or "3", not "${importance}"`,
    });
    checkFileCarbonCopy(call, context);
  },
  addheader: (call, context) => insistOn(call.parameters[0], context, FIELD_NAME),
  deleteheader(call, context) {
    insistOn(call.parameters[0], context, FIELD_NAME);
  },
  extracttext(call, context) {
    insistOn(call.parameters[0], context, VARIABLE);
    // RFC 5703 §7
    if (!context.isInLoop)
      throw new SieveProblemError('"extracttext" must stand within "foreverypart"', call.at);
    needVariables(call, context);
  },
  global(call, context) {
    needVariables(call, context);
    insistOn(call.parameters[0], context, {
      fits: (name) => isVariableName(name) && !name.includes('.'),
      text: VARIABLE.text,
    });
  },
  include(call, context) {
    insistOn(call.parameters[0], context, {
      fits: (name) => name !== '' && !/[\p{Cc}\u2028\u2029]/u.test(name),
      text: () => 'the name of an included script may be neither empty nor hold control characters',
    });
  },
};

/** RFC 5703 §4: `header` and `exists` look at a part's header with `:mime`; what goes with it needs it. */
function checkFieldNames(call: Call, context: MeaningContext): void {
  insistOn(call.parameters[0], context, FIELD_NAME);
}

function checkFlagVariables(call: Call, context: MeaningContext): void {
  const names = call.parameters[0];
  if (names === null || names === undefined) return;
  needVariables(call, context);
  insistOn(names, context, VARIABLE);
}

function needVariables(call: Call, context: MeaningContext): void {
  if (!context.has('variables')) {
    throw new SieveProblemError(`"${call.name}" with a variable needs require "variables"`, call.at);
  }
}

function checkNotifyMethod(call: Call, context: MeaningContext): void {
  if (call.name !== 'notify') return;
  // RFC 5435 §3.1: a method that is not supported is an error.
  insistOn(call.parameters[0], context, {
    fits: isNotifyMethod,
    text: (method) => `"${method}" is no way to notify; write "mailto:" and an address`,
  });
}

/** RFC 8580 §3.2 */
function checkFileCarbonCopy(call: Call, context: MeaningContext): void {
  insistOn(call.options['fcc'], context, MAILBOX);
  insistOn(call.options['specialuse'], context, SPECIAL_USE);
  const filing = ['create', 'flags', 'specialuse'].find((tag) => Object.hasOwn(call.options, tag));
  if (filing !== undefined && call.options['fcc'] === undefined) {
    throw new SieveProblemError(`":${filing}" needs ":fcc"`, call.at);
  }
}

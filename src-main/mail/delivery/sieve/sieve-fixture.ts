/** Runs scripts in tests: on a message of text, in an environment that a test changes where it matters. */
import { indexMessage } from '../../../format/message-indexer.ts';
import { checkScript } from './checking/check-script.ts';
import type { SieveEnvironment, SieveMessage } from './running/environment.ts';
import type { Filing, SieveAction, SieveOutcome } from './running/outcome.ts';
import { runScript } from './running/run-script.ts';

/** 2026-11-21T12:34:56Z, a Saturday. */
export const TEST_NOW = Date.UTC(2026, 10, 21, 12, 34, 56);

export const TEST_ENVIRONMENT: SieveEnvironment = {
  envelope: { from: 'sender@example.org', to: 'user+detail@example.com' },
  now: TEST_NOW,
  zoneMinutesAt: () => 60,
  separators: '+',
  items: { name: 'Postroom', domain: 'example.com', location: 'MS', phase: 'during' },
  spamPercent: null,
  virusLevel: 0,
  mailboxExists: (name) => Promise.resolve(['INBOX', 'Partners', 'Junk'].includes(name)),
  hasSpecialUse: (mailbox, use) =>
    Promise.resolve(use === '\\Junk' && (mailbox === null || mailbox === 'Junk')),
  readAnnotation: () => Promise.resolve(null),
  isDuplicate: () => Promise.resolve(false),
  readScript: () => Promise.resolve(null),
};

/** Lines may end with LF. */
export function messageOf(text: string): SieveMessage {
  const octets = new TextEncoder().encode(text.replace(/\r?\n/g, '\r\n'));
  return {
    sizeBytes: octets.length,
    index: indexMessage(octets),
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}

/** The message of RFC 5228 §2.1's neighbourhood: two people, a few header fields, one line of text. */
export const TEST_MESSAGE = `From: Coyote <coyote@desert.example.org>
To: roadrunner@acme.example.com
Subject: I have a present for you
Date: Tue, 1 Apr 1997 09:06:31 -0800 (PST)
Message-ID: <1@desert.example.org>

Look, I'm sorry about the whole anvil thing.
`;

/** Throws what is wrong with a script that is. */
export async function runOn(
  message: string,
  script: string,
  change: Partial<SieveEnvironment> = {},
): Promise<SieveOutcome> {
  const checked = checkScript(script);
  if (!checked.ok) throw new Error(checked.error.map(({ line, text }) => `line ${line}: ${text}`).join('\n'));
  const environment = { ...TEST_ENVIRONMENT, ...change };
  return runScript({ script: checked.value, message: messageOf(message), environment });
}

/** What happens, a line for each: `keep`, `fileinto Junk \Seen`, `redirect a@b`, `discard`. */
export async function actionsOf(
  message: string,
  script: string,
  change: Partial<SieveEnvironment> = {},
): Promise<readonly string[]> {
  const { actions, keep, failure } = await runOn(message, script, change);
  if (failure !== null) return [`failure in line ${failure.line}: ${failure.text}`];
  const lines = actions.map(describe);
  if (keep !== null) lines.push(['keep', ...keep.flags].join(' '));
  return lines.length === 0 ? ['discard'] : lines;
}

/** Whether a test is true of a message. */
export async function isTrue(
  message: string,
  test: string,
  options: { require?: readonly string[]; environment?: Partial<SieveEnvironment> } = {},
): Promise<boolean> {
  const require = options.require?.map((name) => `"${name}"`).join(', ');
  const script = `${require === undefined ? '' : `require [${require}];\n`}if ${test} { discard; }`;
  const [first] = await actionsOf(message, script, options.environment);
  if (first?.startsWith('failure') === true) throw new Error(first);
  return first === 'discard';
}

/** The problems of a script, as `line:column text`. */
export function problemsOf(script: string): readonly string[] {
  const checked = checkScript(script);
  return checked.ok ? [] : checked.error.map(({ line, column, text }) => `${line}:${column} ${text}`);
}

/** The text of an edited message. */
export async function editedText(message: string, script: string): Promise<string> {
  const { keep, failure } = await runOn(message, script);
  if (failure !== null) throw new Error(failure.text);
  const source = messageOf(message);
  const content = keep?.content;
  if (content === null || content === undefined) return decode(await source.readRange(0, source.sizeBytes));
  const { restFrom } = content;
  const rest = restFrom === null ? '' : decode(await source.readRange(restFrom, source.sizeBytes));
  return decode(content.head) + rest;
}

function decode(octets: Uint8Array): string {
  return new TextDecoder().decode(octets).replaceAll('\r\n', '\n');
}

function describe(action: SieveAction): string {
  switch (action.kind) {
    case 'fileinto':
      return `fileinto ${filing(action)}`;
    case 'redirect':
      return `redirect ${action.address}`;
    case 'reject':
    case 'ereject':
      return `${action.kind} ${action.reason.trimEnd()}`;
    case 'vacation':
      return `vacation ${action.reason.trimEnd()}`;
    case 'notify':
      return `notify ${action.method}`;
  }
}

function filing({ mailbox, flags, mayCreate, specialUse }: Filing): string {
  const words = [mailbox, ...flags];
  if (mayCreate) words.push('(created)');
  if (specialUse !== null) words.push(`(${specialUse})`);
  return words.join(' ');
}

/** Watches the dialogue with a server while it happens: its steps and lines, for those who try a connection out. */
import type { SmtpClientOptions } from '../../../protocol/smtp/client/open-session.ts';
import { tapTranscripts } from './transcript-tap.ts';

export type DialogueStep = 'connect' | 'greeting' | 'hello' | 'tls' | 'signIn' | 'mail' | 'rcpt' | 'close';

export interface DialogueWatcher {
  step(step: DialogueStep): void;
  line(from: 'client' | 'server' | 'note', text: string): void;
}

/** What the client says, and the step that it begins. */
const SAID: readonly (readonly [RegExp, DialogueStep])[] = [
  [/^MAIL /iu, 'mail'],
  [/^RCPT /iu, 'rcpt'],
  [/^(?:RSET|QUIT)$/iu, 'close'],
];

/** The dialogue is recorded as ever. */
export function watchDialogue<T extends SmtpClientOptions>(options: T, watcher: DialogueWatcher): T {
  let step: DialogueStep | null = null;
  const enter = (next: DialogueStep): void => {
    if (next === step) return;
    step = next;
    watcher.step(next);
  };
  const hear = (from: 'client' | 'server' | 'note', text: string): void => {
    if (from === 'server' && step === 'connect') enter('greeting');
    if (from === 'client' && step === 'greeting' && /^(?:EHLO|HELO|LHLO) /u.test(text)) enter('hello');
    const said = from === 'client' ? SAID.find(([pattern]) => pattern.test(text)) : undefined;
    if (said !== undefined) enter(said[1]);
    watcher.line(from, text);
  };
  const transcripts = tapTranscripts(options.transcripts, {
    opened: ({ address, port }) => {
      step = null;
      enter('connect');
      watcher.line('note', `Connecting to ${address}, port ${port}`);
    },
    line: hear,
    phase: (phase) => {
      if (phase === 'tls') enter('tls');
      if (phase === 'sign-in') enter('signIn');
    },
  });
  return { ...options, transcripts };
}

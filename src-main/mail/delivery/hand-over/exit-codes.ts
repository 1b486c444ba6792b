/** What a program's exit code says of the message (sysexits.h); the words and classes that Postfix's pipe(8) uses too. */
import type { HandOverOutcome } from './port.ts';

interface ExitCode {
  readonly status: string;
  readonly text: string;
}

const SYSEXITS: Readonly<Record<number, ExitCode>> = {
  64: { status: '5.3.5', text: 'it was called wrongly (EX_USAGE)' },
  65: { status: '5.6.0', text: 'it cannot make sense of the message (EX_DATAERR)' },
  66: { status: '5.3.0', text: 'it cannot open its input (EX_NOINPUT)' },
  67: { status: '5.1.1', text: 'it does not know the addressee (EX_NOUSER)' },
  68: { status: '5.1.2', text: 'it does not know the host (EX_NOHOST)' },
  69: { status: '5.3.0', text: 'something it needs is not available (EX_UNAVAILABLE)' },
  70: { status: '5.3.0', text: 'it has an internal error (EX_SOFTWARE)' },
  71: { status: '4.3.0', text: 'the operating system failed it (EX_OSERR)' },
  72: { status: '5.3.0', text: 'a system file is missing (EX_OSFILE)' },
  73: { status: '5.3.0', text: 'it cannot make its output (EX_CANTCREAT)' },
  74: { status: '4.3.0', text: 'reading or writing failed (EX_IOERR)' },
  75: { status: '4.3.0', text: 'it asks to try again later (EX_TEMPFAIL)' },
  76: { status: '5.5.0', text: 'its peer broke the protocol (EX_PROTOCOL)' },
  77: { status: '5.7.0', text: 'it may not do that (EX_NOPERM)' },
  78: { status: '5.3.5', text: 'its configuration is wrong (EX_CONFIG)' },
};

/** Shells say so where they cannot find or run a program: somebody will mend that. */
const NOT_RUNNABLE: ReadonlySet<number> = new Set([126, 127]);

/** `said`: what the program wrote. */
export function outcomeOfExit(program: string, code: number, said: string): HandOverOutcome {
  const words = said === '' ? '' : `: ${said}`;
  if (code === 0) return { kind: 'delivered', status: '2.0.0', diagnostic: `Taken by ${program}` };
  if (NOT_RUNNABLE.has(code)) {
    return { kind: 'deferred', status: '4.3.5', diagnostic: `${program} could not be run${words}` };
  }
  const { status, text } = SYSEXITS[code] ?? { status: '5.3.0', text: `it ended with code ${code}` };
  const kind = status.startsWith('4') ? 'deferred' : 'failed';
  return { kind, status, diagnostic: `${program} did not take the message, ${text}${words}` };
}

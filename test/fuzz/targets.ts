/** What is fuzzed: each parser that reads from outside, its corpus, and what must hold of its answer whatever the input. */
import type { FuzzTarget } from './target.ts';
import { CONSOLE } from './targets/console.ts';
import { FILES } from './targets/files.ts';
import { MAIL_FORMATS } from './targets/mail-formats.ts';
import { TEXTS } from './targets/texts.ts';
import { WIRE } from './targets/wire.ts';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [...MAIL_FORMATS, ...WIRE, ...TEXTS, ...FILES, ...CONSOLE];

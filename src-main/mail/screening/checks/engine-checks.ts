/** The engines that are switched on, each as a check of its own. */
import { tell } from '../../../base/finding-texts.ts';
import { askEngine, unavailable } from '../engines/ask-engine.ts';
import type { EngineContext } from '../engines/engine-context.ts';
import type { MessageCheck } from '../facts.ts';
import type { EngineSetting } from '../settings.ts';

/** The engine keeps to its own time; this much later something else is wrong. */
const SPARE_MS = 1_000;

export function createEngineChecks(
  engines: readonly EngineSetting[],
  context: EngineContext,
): readonly MessageCheck[] {
  return engines
    .filter(({ isEnabled }) => isEnabled)
    .map((engine) => ({
      name: engine.name,
      timeoutMs: engine.timeoutMs + SPARE_MS,
      // Of users who signed in nothing is scored; what is malicious stays malicious.
      applies: ({ origin }) => origin === 'reception' || engine.kind === 'clamav',
      run: (facts) => askEngine(engine, facts, context),
      whenUnavailable: () => unavailable(engine, tell('noAnswer', {})),
    }));
}

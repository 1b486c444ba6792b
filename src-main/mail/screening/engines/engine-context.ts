/** What every engine needs from outside, and what each is asked with. */
import type { Clock } from '../../../base/clock.ts';
import type { Connect } from '../../../protocol/connection/outgoing-connection.ts';
import type { EngineOptions } from '../../../protocol/engine/engine-channel.ts';
import type { EngineSetting } from '../settings.ts';

export interface EngineContext {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly hostname: () => string;
}

/** Where it is, and for how long it may think. */
export function optionsFor(engine: EngineSetting, { connect, clock }: EngineContext): EngineOptions {
  return { connect, clock, target: engine.target, timeoutMs: engine.timeoutMs };
}

/** Whether an engine is there and speaks its protocol; what the Test button does. */
import { readClamdVersion } from '../../../protocol/clamd/clamd-client.ts';
import { pingMilter } from '../../../protocol/milter/milter-client.ts';
import { pingRspamd } from '../../../protocol/rspamd/rspamd-client.ts';
import { pingSpamd } from '../../../protocol/spamd/spamd-client.ts';
import type { EngineSetting } from '../settings.ts';
import { optionsFor, type EngineContext } from './engine-context.ts';

export interface EngineTrial {
  readonly isWorking: boolean;
  /** What it said, or what is wrong. */
  readonly detail: string;
}

export async function testEngine(engine: EngineSetting, context: EngineContext): Promise<EngineTrial> {
  const options = optionsFor(engine, context);
  const answer = await (engine.kind === 'clamav' ? readClamdVersion(options) : PING[engine.kind](options));
  if (!answer.ok) return { isWorking: false, detail: answer.error.detail };
  return { isWorking: true, detail: answer.value ?? '' };
}

const PING = { milter: pingMilter, rspamd: pingRspamd, spamassassin: pingSpamd } as const;

/** Whether this machine's clock is right: signatures, certificates and codes of the second factor depend on it. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { advice, fail, fine, unsure, warn } from '../finding.ts';

const SECOND_MS = 1_000;
/** Codes of the second factor live for 30 s; certificates and signatures bear minutes. */
const WARNING_MS = 10 * SECOND_MS;
const ERROR_MS = 5 * 60 * SECOND_MS;

export const clockRight: HealthCheck = {
  id: 'clockRight',
  card: 'safe',
  about: 'server',
  async run(tools) {
    const ahead = await tools.clockAhead();
    if (ahead === null) return [unsure(tell('clockUnknown', {}))];
    const { aheadMs, source } = ahead;
    const off = Math.abs(aheadMs);
    const seconds = Math.round(off / SECOND_MS);
    const fixes = [advice(tell('adviseClock', {}))];
    if (off < WARNING_MS) return [fine(tell('clockGood', { source }))];
    const told = tell(aheadMs > 0 ? 'clockFast' : 'clockSlow', { seconds, source });
    return [off < ERROR_MS ? warn(told, { fixes }) : fail(told, { fixes })];
  },
};

/** Flow history: the bars of a chart: what is kept on disk, with the minute that is running now. */
import { FLOW_SPANS, type FlowSpan } from '../../observe/flow-span.ts';
import type { FlowBar, FlowHistory } from '../../contract/overview.ts';
import { sumFlow } from '../../observe/flow-kinds.ts';
import type { ConsoleServices } from './services.ts';

export async function readFlowHistory(
  { clock, flow, meter }: Pick<ConsoleServices, 'clock' | 'flow' | 'meter'>,
  span: FlowSpan,
): Promise<FlowHistory> {
  const { rowMs, barMs, bars } = FLOW_SPANS[span];
  const newest = Math.floor(clock.now() / barMs) * barMs;
  const since = newest - (bars - 1) * barMs;
  const kept = new Map((await flow.read({ rowMs, barMs, since })).map((bar) => [bar.start, bar]));
  const { minuteStart: _, ...running } = meter.history(1)[0] ?? { minuteStart: 0 };
  const filled = Array.from({ length: bars }, (__, index): FlowBar => {
    const start = since + index * barMs;
    const { counts = {}, mostWaiting = 0, oldestMs = 0 } = kept.get(start) ?? {};
    return { ...sumFlow(counts, start === newest ? running : {}), start, mostWaiting, oldestMs };
  });
  return { span, barMs, bars: filled };
}

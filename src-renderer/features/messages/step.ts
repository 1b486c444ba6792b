/** One step of a timeline, as it is shown. */
import type { Tone } from '../../ui/StatusMark.vue';

export interface Step {
  readonly tone: Tone;
  readonly title: string;
  /** Further facts, shown quietly. */
  readonly facts: readonly string[];
  readonly sessionId: string | null;
  /** Another message that this step made, or that this one came of. */
  readonly traceId?: string;
}

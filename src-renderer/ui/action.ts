/** Action: one thing that a form or a button does: busy while it runs, and what went wrong if it did. */
import type { Ref } from 'vue';

export interface Action {
  readonly isBusy: Ref<boolean>;
  readonly problem: Ref<string>;
  run(): Promise<boolean>;
}

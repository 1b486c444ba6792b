/** Notify: short words about what was done or went wrong. */
import { ElMessage } from './element.ts';

export function notifyDone(message: string): void {
  ElMessage({ message, type: 'success', grouping: true, duration: 3500 });
}

export function notifyProblem(message: string): void {
  ElMessage({ message, type: 'error', grouping: true, duration: 8000, showClose: true });
}

/** Notify: short words about what was done or went wrong, at the bottom right, and what can be done about it at once. */
import { h, type VNode } from 'vue';
import { ElMessage } from './element.ts';

/** More would cover what they are about. */
const MOST_SHOWN = 3;
const DONE_MS = 3500;
/** Long enough to read it, to regret and to reach the button. */
const UNDO_MS = 10_000;
const PROBLEM_MS = 8000;

interface Remedy {
  readonly label: string;
  readonly act: () => void;
}

interface Notice {
  close(): void;
}

let shown: Notice[] = [];

export function notifyDone(message: string, undo?: Remedy): void {
  if (undo === undefined) {
    show({ message, type: 'success', duration: DONE_MS });
    return;
  }
  showWithRemedy({ message, type: 'success', duration: UNDO_MS }, undo);
}

/** Something that happened by itself: it stays until somebody has seen it. */
export function notifyNews(message: string, type: 'warning' | 'error', remedy: Remedy): void {
  showWithRemedy({ message, type, duration: 0 }, remedy);
}

export function notifyProblem(message: string): void {
  show({ message, type: 'error', duration: PROBLEM_MS, showClose: true });
}

function showWithRemedy(options: NoticeOptions & { readonly message: string }, remedy: Remedy): void {
  const act = (): void => {
    notice.close();
    remedy.act();
  };
  const button = h('button', { type: 'button', class: 'link-button', onClick: act }, remedy.label);
  const content = h('p', { class: 'el-message__content' }, [options.message, ' ', button]);
  const notice = show({ ...options, message: content, showClose: true });
}

interface NoticeOptions {
  readonly message: string | VNode;
  readonly type: 'success' | 'warning' | 'error';
  readonly duration: number;
  readonly showClose?: boolean;
}

/** The oldest makes room. */
function show(options: NoticeOptions): Notice {
  while (shown.length >= MOST_SHOWN) shown.shift()?.close();
  const notice: Notice = ElMessage({
    ...options,
    placement: 'bottom-right',
    grouping: true,
    onClose: () => {
      shown = shown.filter((each) => each !== notice);
    },
  });
  if (!shown.includes(notice)) shown.push(notice);
  return notice;
}

/** Lists of senders as two texts, one sender a line. */
import { ref } from 'vue';
import { useScreeningStore } from '../../stores/screening.ts';
import { attempt } from './problem-text.ts';

/** `account`: its id, null: the office. Read at once; nothing is saved before it has been read. */
export function useSenderLists(account: number | null) {
  const store = useScreeningStore();
  const [allow, block, isRead] = [ref(''), ref(''), ref(false)];

  async function read(): Promise<void> {
    await attempt(async () => {
      const lists = await store.readSenderLists(account);
      allow.value = lists.allow.join('\n');
      block.value = lists.block.join('\n');
      isRead.value = true;
    });
  }

  async function save(): Promise<void> {
    if (!isRead.value) return;
    await store.changeSenderLists(account, { allow: toLines(allow.value), block: toLines(block.value) });
    await read();
  }

  void read();
  return { allow, block, isRead, save };
}

/** Pasted lists part their entries by lines, commas or semicolons. */
export function toLines(text: string): readonly string[] {
  const lines = text.split(/[\n,;]/u).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** What worse programs leave out: a recording is read as if ours had, and the replay must find it. */
import type { ReplayOptions } from './replay.ts';

export const FAULTS: readonly {
  readonly name: string;
  readonly options: Pick<ReplayOptions, 'isIgnored' | 'acknowledgesEarly'>;
}[] = [
  {
    name: 'the sync of a content file',
    options: { isIgnored: (path, isFolder) => !isFolder && path.includes('/content/') },
  },
  {
    name: 'the sync of the content folder after a new file',
    options: { isIgnored: (path, isFolder) => isFolder && path.endsWith('/content') },
  },
  { name: 'all syncs of folders', options: { isIgnored: (_, isFolder) => isFolder } },
  {
    name: "the sync of each commit (SQLite's synchronous = NORMAL)",
    options: { isIgnored: (path) => path.endsWith('-wal') },
  },
  {
    name: "all syncs of the database (SQLite's synchronous = OFF)",
    options: { isIgnored: (path, isFolder) => !isFolder && path.includes('postroom.db') },
  },
  { name: 'waiting for the commit before the acknowledgement', options: { acknowledgesEarly: true } },
];

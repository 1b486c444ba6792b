/**
 * What lies in a data folder, for the reference; a test holds it to the folders that the program leaves.
 *
 * Invariants: everything directly beneath the folder is named by exactly one entry.
 */
export interface DataEntry {
  /** A name, with `*` for any characters; `/` at its end: a folder. */
  readonly name: string;
  readonly holds: string;
}

export const DATA_LAYOUT: readonly DataEntry[] = [
  {
    name: 'postroom.db',
    holds: 'the database (SQLite): accounts, settings, queue, mailboxes, small messages',
  },
  { name: 'postroom.db-wal', holds: 'what was written last; belongs to the database' },
  { name: 'postroom.db-shm', holds: 'shared memory of the database while it is open' },
  {
    name: 'postroom.db.before-migration-*',
    holds: 'a copy of the database from before an upgrade; `postroom rollback` takes it',
  },
  { name: 'postroom.lock*', holds: 'held by the program that has the folder open' },
  {
    name: 'postroom.key',
    holds: 'the key that the data is encrypted with, unless it is kept elsewhere (`--key-file`)',
  },
  { name: 'postroom.secret', holds: 'signs links in mails of this server' },
  {
    name: 'postroom.setup-token',
    holds: 'what Setup asks for from another machine; gone once there is an administrator',
  },
  { name: 'postroom.console', holds: 'where the console is, while the server runs' },
  { name: 'content/', holds: 'large messages, a file each; belongs to the database' },
  { name: 'certificate/', holds: 'the self-signed certificate and its key' },
  { name: 'transfer/', holds: 'files of imports and exports that the console begins' },
  {
    name: 'lost-and-found/',
    holds: 'what `postroom doctor --repair` found to belong to nobody; in the clear',
  },
  { name: 'backup-scratch/', holds: 'a copy of the database while a backup runs' },
  { name: 'restore/', holds: 'a restore that the next start finishes' },
  { name: 'before-restore-*/', holds: 'the data from before a restore; a data folder of its own' },
  { name: 'before-rollback-*/', holds: 'the data from before a rollback; a data folder of its own' },
  { name: 'logs/', holds: 'the log of the service (Windows)' },
];

/** The entry that names what lies there; null: nothing does. */
export function findDataEntry(name: string, isFolder: boolean): DataEntry | null {
  return (
    DATA_LAYOUT.find((entry) => {
      if (entry.name.endsWith('/') !== isFolder) return false;
      const [start = '', end] = entry.name.replace(/\/$/u, '').split('*');
      return end === undefined ? name === start : name.startsWith(start);
    }) ?? null
  );
}

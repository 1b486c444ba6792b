/** Texts about the encryption of the data folder. */
export const encryption = {
  encryption: {
    title: 'Mail on this disk',
    states: {
      off: 'Not encrypted',
      sealing: 'Being encrypted',
      on: 'Encrypted',
      opening: 'Encryption is being taken away',
      paused: 'Paused: part of it is encrypted',
    },
    explain:
      'Messages, subjects, the search index, timelines, address books, Sieve scripts and stored passwords are encrypted in the data folder. Nobody notices: mail programs, searches and backups work as before.',
    notExplained:
      'Names of accounts, addresses, aliases and mailboxes stay readable, sizes and times too, and the senders and recipients of what waits in the queue.',
    progress: '{done} of {total} records',
    turnOn: 'Encrypt',
    turnOff: 'Stop encrypting',
    pause: 'Pause',
    resume: 'Go on',
    onTitle: 'Encrypt what lies on this disk?',
    onText:
      'New mail is encrypted at once; what is here follows in the background while everything goes on. Without the key nobody can read it any more, you neither: keep a copy of the key apart from the backups. Backups that were made before stay readable.',
    offTitle: 'Stop encrypting?',
    offText:
      'New mail is stored in the clear at once, what is here follows in the background. Whoever gets hold of the disk can read it then.',
    started: 'It goes on in the background.',
    key: 'The key',
    path: 'Lies in',
    kind: 'Protected by',
    kinds: {
      file: 'the rights of the file: only the server may read it',
      passphrase: 'a passphrase that is asked for at each start',
      keystore: 'the keystore of this system',
    },
    beside: 'The key lies beside what it protects',
    inFolder:
      'Whoever copies the whole data folder, or takes the disk, has both. Keep it elsewhere (--key-file) or protect it by a passphrase (--passphrase-file).',
    apart: 'A copy of the data folder alone cannot be read.',
    backup:
      'Keep a copy of the key, apart from the backups of the data folder: without it they are worth nothing.',
    rotate: 'Change the key',
    rotateTitle: 'Make a new key?',
    rotateText:
      'The old key opens nothing here any more; backups that were made before still need it. Mail need not be written again. Make a new copy of the key afterwards.',
    rotated: 'The key was changed. Make a copy of it.',
  },
};

/** How the key file is protected without a keystore: by the file system alone, or by a passphrase. */
import { createSecretKey, randomBytes, scrypt } from 'node:crypto';
import { openValue, SealBrokenError, sealValue } from './codec.ts';
import { KeyProblem, type KeyProtection } from './key-place.ts';

/** As a plain key file begins. */
export const PLAIN_HEAD = 'postroom-key ';
const PASSPHRASE_HEAD = 'postroom-key-passphrase ';

/** Readable by the service's user alone: whoever copies it has the key. */
export const plainProtection: KeyProtection = {
  kind: 'file',
  isOwn: () => true,
  protect: (keys) => Promise.resolve(Buffer.from(`${PLAIN_HEAD}${Buffer.from(keys).toString('base64')}\n`)),
  unprotect: (octets) => {
    const text = Buffer.from(octets).toString();
    if (text.startsWith(PASSPHRASE_HEAD))
      return Promise.reject(
        new KeyProblem(
          'the key is protected by a passphrase: give it with --passphrase-file, or - to be asked',
        ),
      );
    if (!text.startsWith(PLAIN_HEAD))
      return Promise.reject(new KeyProblem('the key file is none, or belongs to a keystore'));
    return Promise.resolve(Buffer.from(text.slice(PLAIN_HEAD.length), 'base64'));
  },
};

/** RFC 7914 §2: 64 MiB and about 0.2 s, once at the start. */
const SCRYPT_COST = 65_536;
const SCRYPT_MEMORY = 128 * 1024 * 1024;
const SALT_OCTETS = 16;
const PASSPHRASE_KEY = 0;

/** The file's octets are good for nothing without the passphrase. A file that was plain is protected when it is written next. */
export function passphraseProtection(passphrase: string): KeyProtection {
  return {
    kind: 'passphrase',
    isOwn: (octets) => Buffer.from(octets).toString().startsWith(PASSPHRASE_HEAD),
    protect: async (keys) => {
      const salt = randomBytes(SALT_OCTETS);
      const sealed = sealValue(keys, await derive(passphrase, salt), 'master key');
      return Buffer.from(`${PASSPHRASE_HEAD}${salt.toString('base64')} ${sealed.toString('base64')}\n`);
    },
    unprotect: async (octets) => {
      const text = Buffer.from(octets).toString();
      if (text.startsWith(PLAIN_HEAD)) return plainProtection.unprotect(octets);
      const [, salt, sealed] = /^postroom-key-passphrase (\S+) (\S+)\n$/u.exec(text) ?? [];
      if (salt === undefined || sealed === undefined)
        throw new KeyProblem('the key file is none, or belongs to a keystore');
      const { key } = await derive(passphrase, Buffer.from(salt, 'base64'));
      try {
        return openValue(Buffer.from(sealed, 'base64'), key, 'master key') as Uint8Array;
      } catch (error) {
        if (error instanceof SealBrokenError) throw new KeyProblem('the passphrase is wrong');
        throw error;
      }
    },
  };
}

function derive(passphrase: string, salt: Uint8Array) {
  return new Promise<{ id: number; key: ReturnType<typeof createSecretKey> }>((resolve, reject) => {
    scrypt(
      passphrase.normalize('NFKC'),
      salt,
      32,
      { N: SCRYPT_COST, r: 8, maxmem: SCRYPT_MEMORY },
      (error, octets) => {
        if (error === null) resolve({ id: PASSPHRASE_KEY, key: createSecretKey(octets) });
        else reject(error);
      },
    );
  });
}

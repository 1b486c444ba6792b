/** Certificates' rows. Their private keys are read by this store alone. */
import type {
  AcmeAccount,
  AcmeCertificate,
  AcmeProgress,
  CertificateStore,
  KeyPair,
  PastedCertificate,
} from '../host/certificates/port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const addCertificate: Write<KeyPair, number> = ({ connection }, { certificate, key }) => {
  connection.run(
    "INSERT INTO certificate (certificate, private_key) VALUES (?, seal(?, 0, 'certificate key', NULL))",
    certificate,
    key,
  );
  return connection.get<{ id: number }>('SELECT last_insert_rowid() AS id')?.id ?? 0;
};

const removeCertificate: Write<number, void> = ({ connection }, id) => {
  connection.run('DELETE FROM certificate WHERE id = ?', id);
};

const putAcmeCertificate: Write<AcmeCertificate, void> = ({ connection }, row) => {
  connection.run(
    `INSERT OR REPLACE INTO acme_certificate (purpose, certificate, private_key, next_key, progress)
     VALUES (?1, ?2, seal(?3, 0, 'acme key', ?1), seal(?4, 0, 'next acme key', ?1), ?5)`,
    row.purpose,
    row.pair?.certificate ?? null,
    row.pair?.key ?? null,
    row.nextKey,
    JSON.stringify(row.progress),
  );
};

const removeAcmeCertificate: Write<string, void> = ({ connection }, purpose) => {
  connection.run('DELETE FROM acme_certificate WHERE purpose = ?', purpose);
};

const putAcmeAccount: Write<AcmeAccount, void> = ({ connection }, { directoryUrl, key, url }) => {
  connection.run(
    `INSERT OR REPLACE INTO acme_account (directory_url, private_key, url)
       VALUES (?1, seal(?2, 0, 'acme account', ?1), ?3)`,
    directoryUrl,
    key,
    url,
  );
};

export const certificateWrites = {
  addCertificate,
  removeCertificate,
  putAcmeCertificate,
  removeAcmeCertificate,
  putAcmeAccount,
};

interface AcmeRow {
  readonly purpose: string;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly nextKey: string | null;
  readonly progress: string;
}

export class SqliteCertificateStore implements CertificateStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  listPasted(): Promise<readonly PastedCertificate[]> {
    return Promise.resolve(
      this.#connection.all<PastedCertificate>(
        "SELECT id, certificate, unseal(private_key, 'certificate key', NULL) AS key FROM certificate ORDER BY id",
      ),
    );
  }

  addPasted(pair: KeyPair): Promise<number> {
    return this.#writer.run('addCertificate', pair);
  }

  removePasted(id: number): Promise<void> {
    return this.#writer.run('removeCertificate', id);
  }

  listAcme(): Promise<readonly AcmeCertificate[]> {
    const rows = this.#connection.all<AcmeRow>(
      `SELECT purpose, certificate, unseal(private_key, 'acme key', purpose) AS key,
              unseal(next_key, 'next acme key', purpose) AS nextKey, progress
       FROM acme_certificate ORDER BY purpose`,
    );
    return Promise.resolve(
      rows.map(({ purpose, certificate, key, nextKey, progress }) => ({
        purpose,
        pair: certificate === null || key === null ? null : { certificate, key },
        nextKey,
        progress: JSON.parse(progress) as AcmeProgress,
      })),
    );
  }

  putAcme(certificate: AcmeCertificate): Promise<void> {
    return this.#writer.run('putAcmeCertificate', certificate);
  }

  removeAcme(purpose: string): Promise<void> {
    return this.#writer.run('removeAcmeCertificate', purpose);
  }

  readAccount(directoryUrl: string): Promise<AcmeAccount | null> {
    const row = this.#connection.get<AcmeAccount>(
      `SELECT directory_url AS directoryUrl, unseal(private_key, 'acme account', directory_url) AS key, url
       FROM acme_account WHERE directory_url = ?`,
      directoryUrl,
    );
    return Promise.resolve(row ?? null);
  }

  putAccount(account: AcmeAccount): Promise<void> {
    return this.#writer.run('putAcmeAccount', account);
  }
}

/** Certificates that are kept as long as the test runs. */
import type { AcmeAccount, AcmeCertificate, CertificateStore, KeyPair, PastedCertificate } from './port.ts';

export class MemoryCertificateStore implements CertificateStore {
  readonly #pasted = new Map<number, PastedCertificate>();
  readonly #acme = new Map<string, AcmeCertificate>();
  readonly #accounts = new Map<string, AcmeAccount>();
  #lastId = 0;

  listPasted(): Promise<readonly PastedCertificate[]> {
    return Promise.resolve([...this.#pasted.values()]);
  }

  addPasted(pair: KeyPair): Promise<number> {
    const id = ++this.#lastId;
    this.#pasted.set(id, { ...pair, id });
    return Promise.resolve(id);
  }

  async removePasted(id: number): Promise<void> {
    this.#pasted.delete(id);
  }

  listAcme(): Promise<readonly AcmeCertificate[]> {
    return Promise.resolve([...this.#acme.values()]);
  }

  async putAcme(certificate: AcmeCertificate): Promise<void> {
    this.#acme.set(certificate.purpose, certificate);
  }

  async removeAcme(purpose: string): Promise<void> {
    this.#acme.delete(purpose);
  }

  readAccount(directoryUrl: string): Promise<AcmeAccount | null> {
    return Promise.resolve(this.#accounts.get(directoryUrl) ?? null);
  }

  async putAccount(account: AcmeAccount): Promise<void> {
    this.#accounts.set(account.directoryUrl, account);
  }
}

/** Certificate requests (PKCS #10, RFC 2986). */
import { EC_ALGORITHM, importKeys } from './ec-keys.ts';
import { loadX509 } from './load-x509.ts';

/** DER. The key is one that makeKey() made. */
export async function makeCertificateRequest(names: readonly string[], keyPem: string): Promise<Uint8Array> {
  const { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } = await loadX509();
  const alternatives = names.map((value) => ({ type: 'dns' as const, value }));
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: '',
    keys: await importKeys(keyPem),
    signingAlgorithm: EC_ALGORITHM,
    extensions: [new SubjectAlternativeNameExtension(alternatives)],
  });
  return new Uint8Array(request.rawData);
}

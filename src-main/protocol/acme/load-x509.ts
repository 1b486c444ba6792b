/** What makes certificates and requests, read when one is made: it is half a megabyte that a running server has no use for. */
export async function loadX509() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

/** What became of TLS on the way to another domain's server, in the words of RFC 8460 §4.3. */
export interface TlsOutcome {
  /** The recipients' domain. */
  readonly domain: string;
  readonly receivingMx: string;
  readonly receivingAddress: string;
  readonly result: 'success' | 'starttls-not-supported' | 'validation-failure';
}

/** The address in what a message calls its author: `Ann <ann@example.com>`; empty where there is none. */
export function addressIn(author: string): string {
  const address = /<([^<>]*)>[^<>]*$/.exec(author)?.[1] ?? author;
  return address.includes('@') ? address.trim() : '';
}

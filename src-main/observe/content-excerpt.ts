/** Content excerpt: the beginning of a content that passes, as text, where the settings ask for it. */

export class ContentExcerpt {
  readonly #mostOctets: number;
  #pieces: Uint8Array[] = [];
  #octets = 0;

  constructor(mostOctets: number) {
    this.#mostOctets = mostOctets;
  }

  /** Copies what still fits; buffers are used again by whoever reads. */
  add(octets: Uint8Array): void {
    const room = this.#mostOctets - this.#octets;
    if (room <= 0) return;
    const piece = octets.slice(0, room);
    this.#pieces.push(piece);
    this.#octets += piece.length;
  }

  /** What has passed, and begins anew. */
  take(): string {
    const decoder = new TextDecoder();
    const text = this.#pieces.map((piece) => decoder.decode(piece, { stream: true })).join('');
    this.#pieces = [];
    this.#octets = 0;
    return text + decoder.decode();
  }
}

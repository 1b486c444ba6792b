/**
 * The few globals that every runtime of ours has (Node, Electron, browsers) and that the language's own library
 * does not declare. Only the "std" type check reads this file: code under base, contract and format may use these
 * and nothing else of a runtime.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
declare function atob(text: string): string;
declare function btoa(text: string): string;

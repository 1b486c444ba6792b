/** The part of dns-packet that the test DNS server uses; the package brings no types. */
declare module 'dns-packet' {
  export interface Question {
    readonly type: string;
    readonly name: string;
  }
  export interface Answer {
    readonly type: string;
    readonly name: string;
    readonly ttl: number;
    readonly data: unknown;
  }
  export interface Packet {
    readonly id?: number;
    readonly type?: 'query' | 'response';
    readonly flags?: number;
    readonly questions?: readonly Question[];
    readonly answers?: readonly Answer[];
  }
  export const RECURSION_DESIRED: number;
  export const RECURSION_AVAILABLE: number;
  export function encode(packet: Packet): Buffer;
  export function decode(octets: Buffer): Packet;
}

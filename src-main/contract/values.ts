/**
 * Values: the small schemas that several areas of the contract share. Times are milliseconds since 1970 UTC.
 */
import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** A code with its values, or words of others. */
export const findingDetail = z.union([
  z.string(),
  z.object({ code: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) }),
]);

export const time = z.number();
export const count = z.number().nonnegative();
export const accountId = z.int().nonnegative();
export const searchText = z.string().trim().max(LIMITS.searchTextLength);
export const pageSize = z.int().min(1).max(LIMITS.pageSize);
export const offset = z.int().nonnegative();
/** The id of a message's timeline or of a session. */
export const id = z.string().min(1).max(LIMITS.idLength);
export const mailProtocol = z.enum(['smtp', 'submission', 'imap', 'pop3', 'managesieve']);
export const tlsDetails = z.object({ version: z.string(), cipher: z.string() });

export type MailProtocol = z.infer<typeof mailProtocol>;

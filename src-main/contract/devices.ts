/** Devices area: what phones and mail programs find by themselves for an account, and a profile to hand to one. */
import { z } from 'zod';
import { callFor } from './access.ts';
import { accountId } from './values.ts';

export const deviceHelp = z.object({
  /** Whether the web ports tell devices their settings. */
  tells: z.boolean(),
  /** Whether port 443, or the one in its place, listens. */
  isReachable: z.boolean(),
  /** Where a device opens the settings of the account; the QR code leads there. */
  link: z.string(),
  /** Addresses at which mail programs look. */
  thunderbird: z.array(z.string()).readonly(),
  outlook: z.array(z.string()).readonly(),
  /** Names that a certificate should have, so that they look there without a warning. */
  names: z.array(z.string()).readonly(),
  /** For iPhone, iPad and Mac, without the password; null where nothing listens that it could name. */
  profile: z.object({ fileName: z.string(), text: z.string() }).nullable(),
});
export type DeviceHelp = z.infer<typeof deviceHelp>;

export const devicesContract = {
  read: callFor('accounts.read', { account: 'accountId' }).input(z.object({ accountId })).output(deviceHelp),
};

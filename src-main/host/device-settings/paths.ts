/** Where devices look, and where we send them. Lower case: they write it as they like. */
export const AUTOCONFIG_PATHS: ReadonlySet<string> = new Set([
  '/mail/config-v1.1.xml',
  '/.well-known/autoconfig/mail/config-v1.1.xml',
]);
export const AUTODISCOVER_PATH = '/autodiscover/autodiscover.xml';
/** An address may stand in the path: `/autodiscover/autodiscover.json/v1.0/anna@example.com`. */
export const AUTODISCOVER_JSON_PATH = '/autodiscover/autodiscover.json';
export const DEVICE_PATH = '/mail/device';
export const PROFILE_PATH = '/mail/device.mobileconfig';

export function profilePath(address: string): string {
  return `${PROFILE_PATH}?emailaddress=${encodeURIComponent(address)}`;
}

export function devicePath(address: string): string {
  return `${DEVICE_PATH}?emailaddress=${encodeURIComponent(address)}`;
}

/** The steps of the setup, in their order. */
export const SETUP_STEPS = [
  'administrator',
  'domain',
  'accounts',
  'leaving',
  'connections',
  'dns',
  'test',
] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

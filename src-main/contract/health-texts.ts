/** The words for what health checks say, for pages. */
export { healthText, healthQuestion } from '../base/health-texts.ts';

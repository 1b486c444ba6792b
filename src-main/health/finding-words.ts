/** The words of health: codes with values here, sentences where somebody reads them (base/health-texts.ts). */
export { tellHealth as tell, healthText, healthQuestion, type HealthCheckId } from '../base/health-texts.ts';

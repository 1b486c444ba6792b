/**
 * Metrics area: the numbers of this server for a monitoring system, in the text format of Prometheus.
 */
import { z } from 'zod';
import { callFor } from './access.ts';

export const metricsContract = {
  /** null while the settings have it off. */
  read: callFor('queue.read').output(z.string().nullable()),
};

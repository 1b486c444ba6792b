/** Whether strangers could send to anywhere through us: the classic tricks, tried on the real listener. */
import { tell } from '../../finding-words.ts';
import type { HealthCheck } from '../../port.ts';
import { fail, fine, onPage, unsure } from '../finding.ts';

export const openRelay: HealthCheck = {
  id: 'openRelay',
  card: 'safe',
  about: 'server',
  async run(tools) {
    const trial = await tools.tryRelaying();
    if (trial === null) return [unsure(tell('relayNotTried', {}), { fixes: [onPage('listeners')] })];
    const { isOpen, refused, unknown, accepted } = trial;
    if (isOpen)
      return [
        fail(tell('relayOpen', { count: accepted.length }), {
          expected: ['5xx'],
          found: accepted,
          fixes: [onPage('relay')],
        }),
      ];
    if (refused === 0) return [unsure(tell('relayNotTried', {}), { fixes: [onPage('listeners')] })];
    return [fine(tell('relayClosed', { refused, unknown }))];
  },
};

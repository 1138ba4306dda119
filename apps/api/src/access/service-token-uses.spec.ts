import { expect, it } from '@jest/globals';
import { SystemClock } from '../common/clock.js';
import { ServiceTokenUses } from './service-token-uses.js';
import type { ServiceTokensRepository } from './service-tokens.repository.js';

it('what is being written when the process ends is written before that', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const steps: string[] = [];
  const repository = {
    markUsed: async (): Promise<void> => {
      await gate;
      steps.push('written');
    },
  } as unknown as ServiceTokensRepository;
  const uses = new ServiceTokenUses(repository, new SystemClock());
  uses.add('organization', 'token', null);
  const tick = uses.flush();
  const ending = uses.onApplicationShutdown().then(() => steps.push('ended'));
  await new Promise((resolve) => setImmediate(resolve));
  open();
  await Promise.all([tick, ending]);
  expect(steps).toEqual(['written', 'ended']);
});

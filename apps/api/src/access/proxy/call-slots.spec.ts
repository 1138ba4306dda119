import { describe, expect, it } from '@jest/globals';
import { CallSlots } from './call-slots.js';
import { ProxyLimits } from './proxy-limits.js';

const slotsOf = (limits: Partial<ProxyLimits>) => new CallSlots(Object.assign(new ProxyLimits(), limits));
const never = (): AbortSignal => new AbortController().signal;
const at = (integrationId: string, organizationId = 'x') => ({ organizationId, integrationId });
/** Lets everything happen that can happen now. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('places for calls', () => {
  it('go to whoever waited longest and has room, past those whose integration is full', async () => {
    const slots = slotsOf({ callsPerIntegration: 1, callsAtOnce: 2 });
    const order: string[] = [];
    const take = async (place: string, name: string) => {
      const leave = await slots.take(at(place), never());
      order.push(name);
      return leave;
    };
    const one = await take('a', 'a1');
    const two = await take('b', 'b1');
    const [three, four, five] = [take('a', 'a2'), take('b', 'b2'), take('a', 'a3')];
    two();
    await settled();
    expect(order).toEqual(['a1', 'b1', 'b2']);
    one();
    (await three)();
    (await five)();
    (await four)();
    expect(order).toEqual(['a1', 'b1', 'b2', 'a2', 'a3']);
  });

  it('are not lost with whoever leaves while waiting, before its turn or in the same moment', async () => {
    const slots = slotsOf({ callsPerIntegration: 1 });
    const leave = await slots.take(at('a'), never());
    const [early, late] = [new AbortController(), new AbortController()];
    const gone = slots.take(at('a'), early.signal);
    early.abort();
    await expect(gone).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfter: 1 });
    const admitted = slots.take(at('a'), late.signal);
    leave();
    late.abort();
    (await admitted)();
    await expect(slots.take(at('a'), never())).resolves.toBeInstanceOf(Function);
  });

  it('are left for others by an organisation with many integrations that hang', async () => {
    const slots = slotsOf({ callsPerIntegration: 2, callsPerOrganization: 3, callsAtOnce: 4, waitMs: 0 });
    const leaves = [];
    for (const id of ['a', 'a', 'b']) leaves.push(await slots.take(at(id), never()));
    await expect(slots.take(at('b'), never())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringContaining('3 calls of your organisation'),
    });
    leaves.push(await slots.take(at('a', 'y'), never()));
    await expect(slots.take(at('b', 'y'), never())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (const leave of leaves) leave();
    for (const id of ['a', 'a', 'b']) await slots.take(at(id), never());
  });

  it('are refused at once when too many wait already', async () => {
    const slots = slotsOf({ callsAtOnce: 1, mostWaiting: 1 });
    const leave = await slots.take(at('a'), never());
    const waits = slots.take(at('b'), never());
    await expect(slots.take(at('c'), never())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    leave();
    (await waits)();
  });
});

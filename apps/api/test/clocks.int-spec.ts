import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '../src/common/clock.js';
import { ClockSynchronization } from '../src/database/clock-synchronization.js';
import { Database } from '../src/database/database.js';
import { TestApp } from './support/test-app.js';

const HOUR = 3_600_000;

class WrongClock extends SystemClock {
  constructor(private wrongBy: number) {
    super();
  }

  override machineTime(): number {
    return super.machineTime() + this.wrongBy;
  }

  set(wrongBy: number): void {
    this.wrongBy = wrongBy;
  }
}

describe('clocks of machines that are apart', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await TestApp.start();
  });
  afterAll(() => testApp.close());

  const synchronization = (clock: SystemClock) => new ClockSynchronization(testApp.app.get(Database), clock);
  const databaseTime = async (): Promise<number> => {
    const [row] = await testApp.app.get(Database).query<{ at: Date }>('SELECT clock_timestamp() AS at');
    return row!.at.getTime();
  };

  it.each([
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
  ])('goes by the clock of the database when its machine is %s', async (_, wrongBy) => {
    const clock = new WrongClock(wrongBy);
    await synchronization(clock).synchronize();
    const apart = clock.now() - (await databaseTime());
    expect(Math.abs(apart)).toBeLessThan(HOUR / 60);
  });

  it('takes the correction back when the machine has been set right', async () => {
    const clock = new WrongClock(HOUR);
    const synchronized = synchronization(clock);
    await synchronized.synchronize();
    clock.set(0);
    await synchronized.synchronize();
    const before = clock.machineTime();
    expect(clock.now()).toBeGreaterThanOrEqual(before);
    expect(clock.now()).toBeLessThanOrEqual(clock.machineTime());
  });
});

import { Clock } from '../../src/common/clock.js';

/** Time that stands still until a test moves it. */
export class TestClock extends Clock {
  constructor(private time = Date.now()) {
    super();
  }

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

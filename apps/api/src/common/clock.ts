/** The one source of time, so that a test can set it. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;

  date(): Date {
    return new Date(this.now());
  }
}

/** The machine's clock, corrected where it is apart from the one that all replicas share. */
export class SystemClock extends Clock {
  private correction = 0;

  now(): number {
    return this.machineTime() + this.correction;
  }

  /** Milliseconds since the epoch, as the machine has them. */
  machineTime(): number {
    return Date.now();
  }

  /** @param milliseconds that the machine's clock is behind; negative where it is ahead. */
  correct(milliseconds: number): void {
    this.correction = milliseconds;
  }
}

import { randomFillSync } from 'node:crypto';

const DRAWS = 128;

/** Random bytes in pieces of one size, drawn many at a time: asking the system for each costs more than what they are for. */
export class DrawnBytes {
  private readonly bytes: Buffer;
  private used: number;

  constructor(private readonly size: number) {
    this.bytes = Buffer.alloc(size * DRAWS);
    this.used = this.bytes.length;
  }

  /** @returns the next piece, which nobody else was given. It is written over later: whoever keeps it copies it. */
  draw(): Buffer {
    if (this.used === this.bytes.length) {
      randomFillSync(this.bytes);
      this.used = 0;
    }
    this.used += this.size;
    return this.bytes.subarray(this.used - this.size, this.used);
  }
}

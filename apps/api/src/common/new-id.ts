import { v7 } from 'uuid';
import { DrawnBytes } from './drawn-bytes.js';

const RANDOM_BYTES = 16;
const drawn = new DrawnBytes(RANDOM_BYTES);
let milliseconds = 0;
let sequence = 0;

/** A UUID of version 7 (RFC 9562), greater than all that this process made before. */
export function newId(): string {
  const random = drawn.draw();
  const now = Date.now();
  if (now > milliseconds) {
    milliseconds = now;
    // Begins in the lower half of its 32 bits, so that it does not run over.
    sequence = random.readUInt32BE(6) >>> 1;
  } else sequence += 1;
  return v7({ random, msecs: milliseconds, seq: sequence });
}

import { Injectable } from '@nestjs/common';
import type { StreamLimits } from '../../egress/streamed-call.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What a proxied call may take. Times in milliseconds, sizes in bytes. A test may set smaller ones. */
@Injectable()
export class ProxyLimits {
  stream: StreamLimits = {
    headersMs: 60_000,
    idleMs: 60_000,
    totalMs: 15 * 60_000,
    requestBytes: GIB,
    responseBytes: GIB,
  };
  /** Calls at the same time: in this process, of one organisation (which leaves some to the others), to one integration. */
  callsAtOnce = 200;
  callsPerOrganization = 150;
  callsPerIntegration = 50;
  /** How long a call waits for a place, and how many wait at most. */
  waitMs = 5000;
  mostWaiting = 5000;
  /** A body of this size is read before it is sent on: in one piece it costs less than as a stream. */
  smallBytes = 16 * KIB;
  /** So much of a body is kept, where the credential can be renewed and the call made again. */
  replayBytes = 256 * KIB;
  /** So much of an answer is looked into, for types that say there what others say with the status. */
  peekBytes = 64 * KIB;
  /** So much can be signed with its body, which has to be read in full before. */
  signedBytes = 8 * MIB;
  /** However long a provider says to wait, it is asked again after this. */
  longestThrottleMs = 5 * 60_000;
  /** What a caller may still take to send a body that nobody wants any more, so that it reads the refusal. */
  lingerMs = 5000;
  /** At the end of the process: what is not through by then is cut off. */
  drainMs = 20_000;
}

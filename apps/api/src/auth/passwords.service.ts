import { Injectable } from '@nestjs/common';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import bcrypt from 'bcrypt';
import pLimit from 'p-limit';
import { AppError } from '../common/app-error.js';

const COST = 12;
const LEAST_BYTES = 12;
/** bcrypt stops reading at 72 bytes: a longer password is refused, not cut. */
const MOST_BYTES = 72;
const LEAST_SCORE = 2;
/** Hashing runs on libuv's four threads, which name look-ups share: two stay free. */
const HASHES_AT_ONCE = 2;
/** Cost 12, of a password nobody has: compared when there is no account, so that both take as long. */
const NOBODY = '$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbCkXKS0k1t3sRnJOmEzTQOZCBVOYO';

@Injectable()
export class PasswordsService {
  private readonly limit = pLimit(HASHES_AT_ONCE);
  private strength: ZxcvbnFactory | undefined;

  /** @throws AppError VALIDATION_FAILED under `field` when it is too short, too long or easily guessed. */
  check(password: string, field: string, aboutThePerson: string[]): void {
    const bytes = Buffer.byteLength(password, 'utf8');
    if (bytes < LEAST_BYTES)
      throw AppError.invalid({ [field]: [`must have at least ${LEAST_BYTES} characters`] });
    if (bytes > MOST_BYTES) throw AppError.invalid({ [field]: [`must have at most ${MOST_BYTES} bytes`] });
    this.strength ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
    const parts = aboutThePerson.flatMap((text) => [
      text,
      ...text.split('@'),
      ...text.split(/[^\p{L}\p{N}]+/u),
    ]);
    if (this.strength.check(password, parts).score < LEAST_SCORE) {
      throw AppError.invalid({
        [field]: ['is too easy to guess; a few unrelated words make a good password'],
      });
    }
  }

  hash(password: string): Promise<string> {
    return this.limit(() => bcrypt.hash(password, COST));
  }

  /** Takes the same time for an account that is not there or has no password. */
  async matches(password: string, hash: string | null): Promise<boolean> {
    const same = await this.limit(() => bcrypt.compare(password, hash ?? NOBODY));
    return same && hash !== null && Buffer.byteLength(password, 'utf8') <= MOST_BYTES;
  }

  /** True when the hash was made with less work than is asked for today. */
  isOutdated(hash: string): boolean {
    return bcrypt.getRounds(hash) < COST;
  }
}

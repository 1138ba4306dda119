import { type AuthWay, loadCatalogue, type Manifest } from '@latchkey/catalogue';
import { Clock } from '../../src/common/clock.js';
import type { CredentialFields } from '../../src/tokens/credentials.service.js';
import { AppKeys } from '../../src/tokens/app-keys.js';
import type { OAuthTokens } from '../../src/tokens/oauth2/oauth-tokens.js';
import {
  type CredentialSource,
  CredentialUnusableError,
  UsableCredentials,
} from '../../src/tokens/usable-credentials.js';
import { Counterpart } from './counterpart.js';
import { EgressBench } from './egress-bench.js';

class SetClock extends Clock {
  time = Date.parse('2026-03-01T12:00:00Z');

  now(): number {
    return this.time;
  }
}

const catalogue = loadCatalogue();

/** Usable credentials with a real way out, a service on the wire, and time that stands still until it is moved. */
export class DerivationBench {
  readonly clock = new SetClock();
  readonly egress = new EgressBench();
  issuer: Counterpart;
  usable: UsableCredentials;

  static async start(): Promise<DerivationBench> {
    const bench = new DerivationBench();
    bench.issuer = await Counterpart.start();
    // None of the kinds that are derived is of kind `oauth2`, whose tokens are stored.
    const oauth = undefined as unknown as OAuthTokens;
    bench.usable = new UsableCredentials(bench.egress.client(), bench.clock, new AppKeys(), oauth);
    return bench;
  }

  pass(seconds: number): void {
    this.clock.time += seconds * 1000;
  }

  source(
    type: string,
    mode: string,
    fields: CredentialFields,
    more: Partial<CredentialSource> = {},
  ): CredentialSource {
    const manifest: Manifest = catalogue.get(type)!;
    const way: AuthWay = manifest.auth.find(({ id }) => id === mode)!;
    const saved = { organizationId: 'organization', integrationId: 'integration', credentialVersion: 'one' };
    return { ...saved, manifest, way, config: {}, fields, ...more };
  }

  async close(): Promise<void> {
    await this.egress.close();
    await this.issuer.close();
  }
}

/** What it fails with. */
export async function unusable(promise: Promise<unknown>): Promise<CredentialUnusableError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof CredentialUnusableError) return error;
  throw error;
}

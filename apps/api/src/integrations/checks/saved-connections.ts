import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import { versionOf } from '../../tokens/credentials.service.js';
import { ConnectionTester, type TestFailure, type TestOutcome } from './connection-tester.js';
import { type SourceProblem, StoredSources } from '../tokens/stored-sources.js';

export interface SavedTest {
  /** The version of the credential that was tried; null when there was none. */
  credentialVersion: string | null;
  /** The settings it was tried with. */
  config: Record<string, FieldValue>;
  outcome: TestOutcome;
}

function unusable({ reason, hint }: SourceProblem): TestFailure {
  return {
    ok: false,
    kind: 'config',
    reason,
    hint,
    message: 'The connection could not be tried',
    credentialRefused: false,
    responseTimeMs: 0,
  };
}

/** Opens what is saved and tries it. One row that does not open is reported as broken and harms nothing else. */
@Injectable()
export class SavedConnections {
  constructor(
    private readonly sources: StoredSources,
    private readonly tester: ConnectionTester,
  ) {}

  async test(organizationId: string, integrationId: string, purpose: 'test' | 'health'): Promise<SavedTest> {
    const { integration, credential, source, problem } = await this.sources.load(
      organizationId,
      integrationId,
    );
    const config = integration?.config ?? {};
    const stored = credential && versionOf(credential);
    if (!source) return { credentialVersion: stored, config, outcome: unusable(problem!) };
    const { manifest, way, fields, credentialVersion, token } = source;
    const saved = { organizationId, integrationId, credentialVersion, ...(token && { token }) };
    const connection = { manifest, way, config, credentials: fields, saved };
    const outcome = await this.tester.test(connection, purpose);
    return { credentialVersion: outcome.triedVersion ?? stored, config, outcome };
  }
}

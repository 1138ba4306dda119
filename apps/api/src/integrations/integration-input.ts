import { Injectable } from '@nestjs/common';
import {
  type AuthWay,
  ConfigurationError,
  type CredentialsResult,
  type FieldValue,
  type Manifest,
  oauthAddresses,
  oauthSettings,
  validateConfig,
  validateCredentials,
} from '@latchkey/catalogue';
import { CatalogueService } from '../catalogue/catalogue.service.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { OAuthClients } from '../tokens/oauth2/oauth-clients.js';
import { checkStructure } from '../tokens/structure/credential-structure.js';
import type { TestIntegrationDto } from './integration.dto.js';
import type { Connection } from './checks/connection-tester.js';

/** Fields of a way that say which it is; they are kept beside the secret and not inside it. */
const DISCRIMINATORS = ['auth_mode', 'credential_type'];

const withoutDiscriminators = (value: Record<string, FieldValue>): Record<string, FieldValue> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !DISCRIMINATORS.includes(name)));

/** @throws AppError VALIDATION_FAILED when an address of the flow is missing */
function isPublicClient(manifest: Manifest, way: AuthWay, config: Record<string, FieldValue>): boolean {
  try {
    return oauthSettings(manifest, way, config).clientAuthentication === 'none';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw AppError.invalid({ config: [`${error.message}. ${error.hint}`] });
  }
}

/** What people send, held against the manifest of its type. */
@Injectable()
export class IntegrationInput {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
    private readonly clients: OAuthClients,
  ) {}

  /** @throws AppError VALIDATION_FAILED with the paths of all fields that are wrong. */
  connection(dto: TestIntegrationDto): Connection {
    const manifest = this.catalogue.require(dto.integration_type_id);
    const credentials = this.checkCredentials(manifest, dto.credentials);
    const config = validateConfig(manifest, dto.config, credentials.valid ? credentials.way : undefined);
    if (!credentials.valid || !config.valid) {
      throw AppError.invalid({
        ...(config.valid ? {} : config.errors),
        ...(credentials.valid ? {} : credentials.errors),
      });
    }
    const connection = {
      manifest,
      way: credentials.way,
      config: config.value,
      credentials: withoutDiscriminators(credentials.value),
    };
    this.requireClient(connection, 'credentials.');
    return connection;
  }

  /** New credentials for what is saved. @throws AppError VALIDATION_FAILED */
  credentials(
    manifest: Manifest,
    config: Record<string, FieldValue>,
    value: Record<string, unknown>,
  ): Pick<Connection, 'way' | 'credentials'> {
    const result = this.checkCredentials(manifest, value);
    if (!result.valid) {
      const flat = Object.entries(result.errors).map(([path, messages]) => [
        path.replace(/^credentials\./, ''),
        messages,
      ]);
      throw AppError.invalid(Object.fromEntries(flat) as Record<string, string[]>);
    }
    const { way } = result;
    const credentials = withoutDiscriminators(result.value);
    this.requireClient({ manifest, way, config, credentials }, '');
    return { way, credentials };
  }

  /**
   * Ways that need a consent need a client that asks for it: the installation's, or one that comes with the credential.
   * @param prefix of the fields' paths
   */
  private requireClient({ manifest, way, config, credentials }: Connection, prefix: string): void {
    if (!way.oauth2) return;
    const client = this.clients.resolve({ manifest, way, config }, credentials);
    if (!client) {
      throw AppError.invalid({
        [`${prefix}client_id`]: [
          `is required: this installation has no OAuth client for ${manifest.name}. Register one there with the ` +
            `callback URL ${this.clients.callbackUrl}, and enter its client ID and secret`,
        ],
      });
    }
    if (client.of === 'own' && client.secret === undefined && !isPublicClient(manifest, way, config)) {
      throw AppError.invalid({ [`${prefix}client_secret`]: ['is required: it belongs to the client ID'] });
    }
  }

  /** By the schema of its way, and then by what a schema cannot see: keys that parse, a certificate that has not expired. */
  private checkCredentials(manifest: Manifest, value: unknown): CredentialsResult {
    const result = validateCredentials(manifest, value);
    if (!result.valid) return result;
    const found = Object.entries(checkStructure(result.way, result.value, this.clock.date()));
    if (found.length === 0) return result;
    const errors = found.map(([field, messages]) => [`credentials.${field}`, messages]);
    return { valid: false, errors: Object.fromEntries(errors) as Record<string, string[]> };
  }

  /** @throws AppError VALIDATION_FAILED */
  config(manifest: Manifest, way: AuthWay, value: Record<string, unknown>): Record<string, FieldValue> {
    const result = validateConfig(manifest, value, way);
    if (!result.valid) throw AppError.invalid(result.errors);
    return result.value;
  }

  findSavedType(typeId: string, authMode: string): { manifest: Manifest; way: AuthWay } | undefined {
    const manifest = this.catalogue.find(typeId);
    const way = manifest?.auth.find((candidate) => candidate.id === authMode);
    return manifest && way ? { manifest, way } : undefined;
  }

  /** The manifest and way of a saved integration. @throws AppError CONFLICT when the catalogue has them no more. */
  savedType(typeId: string, authMode: string): { manifest: Manifest; way: AuthWay } {
    const type = this.findSavedType(typeId, authMode);
    if (type) return type;
    throw new AppError(
      'CONFLICT',
      'This version of Latchkey no longer knows this integration’s type or way to authenticate.',
    );
  }

  /** Names of config fields that decide where the credential goes or who can read it on the way. */
  redirectingFields(
    manifest: Manifest,
    before: Record<string, FieldValue>,
    after: Record<string, FieldValue>,
  ): string[] {
    const addresses = [
      manifest.base_url,
      ...manifest.auth.map((way) => way.base_url),
      // The client's secret and the tokens go there, and people are sent there.
      ...oauthAddresses(manifest),
    ]
      .flat()
      .join(' ');
    return Object.entries(manifest.config.properties)
      .filter(
        ([name, field]) =>
          (manifest.provider !== 'manifest' && name !== 'sync_interval') ||
          field.format !== undefined ||
          addresses.includes(`{config.${name}`) ||
          ['tls_verify', 'ca_certificate'].includes(name),
      )
      .map(([name]) => name)
      .filter((name) => before[name] !== after[name]);
  }
}

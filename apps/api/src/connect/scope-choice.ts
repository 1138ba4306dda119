import { ConfigurationError, oauthSettings } from '@latchkey/catalogue';
import { AppError } from '../common/app-error.js';
import type { OAuthParty } from '../tokens/oauth2/oauth-client.js';

type Party = Pick<OAuthParty, 'manifest' | 'way' | 'config'>;

function scopesOf({ manifest, way, config }: Party) {
  try {
    return oauthSettings(manifest, way, config).scopes;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new AppError('CONFLICT', `${error.message}. ${error.hint}`, { cause: error });
  }
}

/**
 * What is asked for: the scopes somebody chose, else those of last time, else the usual ones; and in any case those
 * without which the connection is of no use.
 * @param before what was asked for last; scopes that the manifest knows no more are left out
 * @throws AppError VALIDATION_FAILED for a scope that cannot be chosen, CONFLICT when a setting is missing
 */
export function chooseScopes(
  party: Party,
  chosen: string[] | undefined,
  before: string[] | undefined,
): string[] {
  const scopes = scopesOf(party);
  const known = scopes.map(({ name }) => name);
  if (chosen?.some((name) => !known.includes(name))) {
    throw AppError.invalid({
      scopes: [
        known.length === 0
          ? `cannot be chosen for ${party.manifest.name}`
          : `can hold ${known.join(', ')} and nothing else`,
      ],
    });
  }
  // What stands in the settings is asked for as it stands there: it may have been changed since last time.
  const isTyped = party.way.oauth2?.from_config.scopes !== undefined;
  const wanted = chosen ?? (isTyped ? undefined : before);
  return scopes
    .filter((scope) => scope.required || (wanted === undefined ? scope.default : wanted.includes(scope.name)))
    .map(({ name }) => name);
}

import { useEffect, useRef, useState } from 'react';
import { type FormValues, withoutSecrets } from '../../../../components/schema-form/json-schema';
import type { IntegrationType } from '../../api/types';
import { credentialSchemaOf } from './credential-schema';

export interface Draft {
  authMode: string;
  credentials: FormValues;
  config: FormValues;
  name: string;
  description: string;
  /** Permissions to ask for at the provider; left out for the defaults. */
  scopes?: string[];
  /** The organisation brings its own client although the installation has one. */
  ownClient?: boolean;
}

const keyOf = (typeId: string) => `latchkey-draft-${typeId}`;

function read(typeId: string): Partial<Draft> | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(typeId)) ?? 'null') as Partial<Draft> | null;
  } catch {
    return null;
  }
}

/** Whether there is more in it than the defaults of a form that was opened. */
function isWorthTelling(stored: Partial<Draft> | null, type: IntegrationType): boolean {
  if (!stored) return false;
  return (
    Boolean(stored.description) || stored.name !== type.name || Object.keys(stored.config ?? {}).length > 0
  );
}

/** The draft to begin with: the kept one, completed. */
export function draftFrom(
  type: IntegrationType,
  stored: Partial<Draft> | null,
  /** The way that the address asks for. */
  wanted?: string,
): Draft & { restored: boolean } {
  const authMode = wanted ?? stored?.authMode;
  const known = type.auth_modes.some(({ id }) => id === authMode);
  const kept = known && authMode === stored?.authMode;
  return {
    authMode: (known ? authMode : type.auth_modes[0]?.id) ?? '',
    credentials: (kept && stored?.credentials) || {},
    config: stored?.config ?? {},
    name: stored?.name ?? type.name,
    description: stored?.description ?? '',
    scopes: kept ? stored?.scopes : undefined,
    ownClient: kept ? stored?.ownClient : undefined,
    restored: isWorthTelling(stored, type),
  };
}

/** What of a draft may be kept in the browser: all but the secrets. */
export function keptOf(type: IntegrationType, { credentials, config, ...rest }: Draft): Draft {
  return {
    ...rest,
    credentials: withoutSecrets(credentialSchemaOf(type, rest.authMode), credentials),
    config: withoutSecrets(type.config_schema, config),
  };
}

/**
 * The values of a new integration. A copy without its secrets survives a reload in this tab's session storage;
 * the secrets live in memory alone.
 */
export function useDraft(type: IntegrationType, wanted?: string) {
  const [{ restored, ...draft }, setDraft] = useState(() => draftFrom(type, read(type.id), wanted));

  const discarded = useRef(false);
  useEffect(() => {
    if (discarded.current) return;
    sessionStorage.setItem(keyOf(type.id), JSON.stringify(keptOf(type, draft)));
  });

  return {
    draft,
    /** The values came back after a reload: the secrets have to be entered again. */
    restored,
    change: (changes: Partial<Draft>) => setDraft((current) => ({ ...current, ...changes })),
    discard: () => {
      discarded.current = true;
      sessionStorage.removeItem(keyOf(type.id));
    },
  };
}

import type { KEY_STORES, Variables } from './variables.js';

/** What one place of the root key was told; the variables' names are for what is said to people. */
export interface KeySettings {
  kind: (typeof KEY_STORES)[number];
  /** '' for the root key of now, '_NEXT' for the one that is to follow. */
  suffix: '' | '_NEXT';
  masterKey: string | undefined;
  passphrase: string | undefined;
  kms: {
    keyId: string | undefined;
    region: string | undefined;
    endpoint: string | undefined;
    accessKeyId: string | undefined;
    secretAccessKey: string | undefined;
    sessionToken: string | undefined;
    webIdentity: {
      tokenFile: string | undefined;
      roleArn: string | undefined;
      sessionName: string;
      endpoint: string | undefined;
    };
  };
  transit: {
    address: string | undefined;
    namespace: string | undefined;
    mount: string;
    key: string | undefined;
    token: string | undefined;
    tokenFile: string | undefined;
    caCertificateFile: string | undefined;
  };
}

export function keySettings(
  values: Variables,
  kind: KeySettings['kind'],
  suffix: KeySettings['suffix'],
): KeySettings {
  return {
    kind,
    suffix,
    masterKey: values[`ENCRYPTION_MASTER_KEY${suffix}`],
    passphrase: values[`ENCRYPTION_PASSPHRASE${suffix}`],
    kms: {
      keyId: values[`AWS_KMS_KEY_ID${suffix}`],
      region: values.AWS_REGION,
      endpoint: values.AWS_KMS_ENDPOINT,
      accessKeyId: values.AWS_ACCESS_KEY_ID,
      secretAccessKey: values.AWS_SECRET_ACCESS_KEY,
      sessionToken: values.AWS_SESSION_TOKEN,
      webIdentity: {
        tokenFile: values.AWS_WEB_IDENTITY_TOKEN_FILE,
        roleArn: values.AWS_ROLE_ARN,
        sessionName: values.AWS_ROLE_SESSION_NAME,
        endpoint: values.AWS_STS_ENDPOINT,
      },
    },
    transit: {
      address: values.VAULT_ADDR,
      namespace: values.VAULT_NAMESPACE,
      mount: values.VAULT_TRANSIT_MOUNT,
      key: values[`VAULT_TRANSIT_KEY${suffix}`],
      token: values.VAULT_TOKEN,
      tokenFile: values.VAULT_TOKEN_FILE,
      caCertificateFile: values.VAULT_CACERT,
    },
  };
}

/**
 * The next place, when one was named: by KEY_STORE_NEXT, or by the one variable of a next key. From one store of
 * a kind to another of that kind the key's own `_NEXT` variable is needed; between kinds the plain one will do.
 */
export function nextKeySettings(values: Variables): KeySettings | undefined {
  const named = values.KEY_STORE_NEXT;
  const next = named ?? impliedKind(values);
  if (!next) return undefined;
  const settings = keySettings(values, next, '_NEXT');
  settings.kms.keyId ??= values.KEY_STORE === 'aws-kms' ? undefined : values.AWS_KMS_KEY_ID;
  settings.transit.key ??= values.KEY_STORE === 'vault-transit' ? undefined : values.VAULT_TRANSIT_KEY;
  return settings;
}

function impliedKind(values: Variables): KeySettings['kind'] | undefined {
  if (values.ENCRYPTION_MASTER_KEY_NEXT || values.ENCRYPTION_PASSPHRASE_NEXT) return 'env';
  if (values.AWS_KMS_KEY_ID_NEXT) return 'aws-kms';
  return values.VAULT_TRANSIT_KEY_NEXT ? 'vault-transit' : undefined;
}

import { Button, Checkbox, Stack, Text, TextInput } from '@mantine/core';
import { CopyButton } from '../../../../components/CopyButton';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import type { IntegrationType } from '../../api/types';
import { credentialFormOf } from '../wizard/credential-schema';
import type { Draft } from '../wizard/use-draft';
import { askedScopes, type OAuthWay, providerName, sentenceStart } from './oauth-way';
import { ScopeList } from './ScopeList';

interface OAuthStepProps {
  type: IntegrationType;
  way: OAuthWay;
  draft: Draft;
  serverErrors: Record<string, string[]>;
  onChange: (changes: Partial<Draft>) => void;
  onNext: () => void;
}

/** Whose client asks, and for what: all that has to be known before the consent. */
export function OAuthStep({ type, way, draft, serverErrors, onChange, onNext }: OAuthStepProps) {
  const provider = providerName(type);
  const shared = way.oauth.client === 'installation';
  const own = !shared || draft.ownClient === true;
  return (
    <Stack gap="lg">
      {shared && (
        <Checkbox
          label={`Use a client of our own at ${provider}`}
          description={`This installation is registered there already. ${sentenceStart(provider)} shows that registration’s name to whoever is asked.`}
          checked={own}
          onChange={(event) => {
            const { client_id: _id, client_secret: _secret, ...credentials } = draft.credentials;
            onChange({ ownClient: event.currentTarget.checked, credentials });
          }}
        />
      )}
      {own && <CallbackUrl url={way.oauth.callback_url} provider={provider} />}
      <SchemaForm
        key={`${way.id} ${own}`}
        id="credentials"
        schema={credentialFormOf(type, draft)}
        uiSchema={type.ui_schema.credentials?.[way.id]}
        values={draft.credentials}
        onChange={(credentials) => onChange({ credentials })}
        onSubmit={() => {
          if (askedScopes(way.oauth.scopes, draft.scopes)?.length !== 0) onNext();
        }}
        serverErrors={serverErrors}
      >
        <Stack gap="lg" align="flex-start">
          <ScopeList
            provider={provider}
            scopes={way.oauth.scopes}
            value={draft.scopes}
            onChange={(scopes) => onChange({ scopes })}
          />
          <Button type="submit">Continue</Button>
        </Stack>
      </SchemaForm>
    </Stack>
  );
}

/** The address that the provider sends the browser back to. */
export function CallbackUrl({ url, provider }: { url: string; provider: string }) {
  return (
    <div>
      <TextInput
        label="Callback URL"
        description={`Register exactly this address at ${provider}: another one is refused there.`}
        value={url}
        readOnly
        onFocus={(event) => event.currentTarget.select()}
        rightSection={<CopyButton value={url} label="Copy the callback URL" />}
      />
      {url.startsWith('http://') && (
        <Text size="xs" c="dimmed" mt={4}>
          Some services only accept an address that starts with https://.
        </Text>
      )}
    </div>
  );
}

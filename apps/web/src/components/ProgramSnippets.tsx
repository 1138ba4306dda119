import { Stack, Text } from '@mantine/core';
import {
  curlCredential,
  curlIntegration,
  curlProxy,
  EXPORT_TOKEN,
  NO_INTEGRATION,
  sdk,
  TOKEN_VARIABLE,
} from '../lib/snippets';
import { CodeBlock } from './CodeBlock';

interface ProgramSnippetsProps {
  /** What the examples name; absent where there is no integration yet. */
  integrationId?: string;
  /** The path of the call through the proxy; null where this service has none. */
  path: string | null;
  scopes: string[];
}

/** Texts to paste into a program or a shell, for what a token may do. */
export function ProgramSnippets({ integrationId = NO_INTEGRATION, path, scopes }: ProgramSnippetsProps) {
  const target = { origin: window.location.origin, integrationId };
  const call = scopes.includes('proxy:call') && path !== null ? path : undefined;
  const credential = scopes.includes('credentials:read');
  return (
    <Stack gap="sm">
      <CodeBlock
        title={`Put the token into ${TOKEN_VARIABLE}`}
        description="Run it, paste the token, press Enter. It is not shown and does not land in the history of the shell."
        code={EXPORT_TOKEN}
      />
      {scopes.includes('proxy:call') && path === null && (
        <Text size="sm" c="dimmed">
          This service is not called through Latchkey: it does not speak HTTP, or wants the credential inside
          of each request. Read the credential instead.
        </Text>
      )}
      {call !== undefined && (
        <CodeBlock
          title="Call the service through Latchkey"
          description="Latchkey adds the credential on the way. What follows /proxy is the path of the service."
          code={curlProxy(target, call)}
        />
      )}
      {credential && (
        <CodeBlock
          title="Read the credential"
          description="The answer holds the secret in the clear: keep it in memory, and nowhere else."
          code={curlCredential(target)}
        />
      )}
      {scopes.includes('integrations:read') && (
        <CodeBlock title="See how the integration is doing" code={curlIntegration(target)} />
      )}
      {(call !== undefined || credential) && (
        <CodeBlock
          title="With JavaScript or TypeScript"
          description="The library, in libs/sdk of Latchkey’s source, repeats and waits where that is right."
          code={sdk(target, { path: call, credential })}
        />
      )}
    </Stack>
  );
}

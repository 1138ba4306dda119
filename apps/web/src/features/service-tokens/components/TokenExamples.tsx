import { Text } from '@mantine/core';
import { Panel } from '../../../components/Panel';
import { ProgramSnippets } from '../../../components/ProgramSnippets';
import type { ServiceToken } from '../api/types';
import { useExample } from './use-example';

/** How a program uses the token, ready to paste. */
export function TokenExamples({ token }: { token: ServiceToken }) {
  const { integration, path } = useExample(token);
  return (
    <Panel
      title="Use it"
      description={
        integration ? (
          <>
            For example with <Text span inherit fw={500}>{`“${integration.name}”`}</Text>.
          </>
        ) : (
          'Put the identifier of an integration in the place of INTEGRATION_ID.'
        )
      }
    >
      <ProgramSnippets integrationId={integration?.id} path={path} scopes={token.scopes} />
    </Panel>
  );
}

import { Button, Group, Skeleton, Stack } from '@mantine/core';
import { IconKeyOff } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { SectionTitle } from '../../../components/SectionTitle';
import { ApiError } from '../../../lib/api-error';
import { useServiceToken } from '../api/get-service-token';
import type { ServiceToken, ShownSecret } from '../api/types';
import { BackToTokens } from '../components/BackToTokens';
import { RequireTokens } from '../components/RequireTokens';
import { RevokeDialog } from '../components/RevokeDialog';
import { RotateDialog } from '../components/RotateDialog';
import { ShownToken } from '../components/ShownToken';
import { TokenExamples } from '../components/TokenExamples';
import { TokenFacts } from '../components/TokenFacts';
import { TokenStatus } from '../components/TokenStatus';

const route = getRouteApi('/shell/settings/tokens/$tokenId');

export function ServiceTokenPage() {
  const { tokenId } = route.useParams();
  return (
    <RequireTokens>
      <BackToTokens />
      <LoadedToken key={tokenId} id={tokenId} />
    </RequireTokens>
  );
}

function LoadedToken({ id }: { id: string }) {
  const query = useServiceToken(id);
  if (query.data) return <TokenContent token={query.data} />;
  if (query.error instanceof ApiError && query.error.status === 404) {
    return (
      <EmptyState
        icon={IconKeyOff}
        title="This token is not here"
        action={
          <Button renderRoot={(props) => <Link to="/settings/tokens" search={{}} {...props} />}>
            All service tokens
          </Button>
        }
      >
        The link may be old, or it belongs to another organisation.
      </EmptyState>
    );
  }
  if (query.isError) {
    return (
      <ErrorState
        title="The token could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  return <Skeleton h={320} aria-hidden />;
}

function TokenContent({ token }: { token: ServiceToken }) {
  const [asking, setAsking] = useState<'rotate' | 'revoke' | null>(null);
  const [shown, setShown] = useState<ShownSecret | null>(null);
  const close = () => setAsking(null);
  return (
    <Stack gap="md">
      <SectionTitle
        title={token.name}
        beside={<TokenStatus status={token.status} />}
        actions={
          token.status !== 'revoked' && (
            <Group gap="xs">
              {token.status === 'active' && (
                <Button variant="default" onClick={() => setAsking('rotate')} disabled={shown !== null}>
                  Rotate…
                </Button>
              )}
              <Button variant="outline" color="red" onClick={() => setAsking('revoke')}>
                Revoke…
              </Button>
            </Group>
          )
        }
      />
      {shown && <ShownToken key={shown.token.rotated_at} shown={shown} onDone={() => setShown(null)} />}
      <TokenFacts token={token} />
      {token.status === 'active' && <TokenExamples token={token} />}
      <RotateDialog token={token} opened={asking === 'rotate'} onClose={close} onRotated={setShown} />
      <RevokeDialog token={token} opened={asking === 'revoke'} onClose={close} />
    </Stack>
  );
}

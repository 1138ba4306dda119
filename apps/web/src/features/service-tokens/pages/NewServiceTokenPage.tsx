import { Stack } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { SectionTitle } from '../../../components/SectionTitle';
import { ApiError } from '../../../lib/api-error';
import { randomId } from '../../../lib/random-id';
import { useCreateServiceToken } from '../api/create-service-token';
import type { NewServiceToken, ShownSecret } from '../api/types';
import { BackToTokens } from '../components/BackToTokens';
import { RequireTokens } from '../components/RequireTokens';
import { ShownToken } from '../components/ShownToken';
import { TokenExamples } from '../components/TokenExamples';
import { TokenForm } from '../components/TokenForm';

const route = getRouteApi('/shell/settings/tokens/new');

/** No answer came: the server may have made it all the same. */
const isUnanswered = (error: Error) =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500);

export function NewServiceTokenPage() {
  return (
    <RequireTokens>
      <NewServiceToken />
    </RequireTokens>
  );
}

function NewServiceToken() {
  const { integration } = route.useSearch();
  const navigate = useNavigate();
  const create = useCreateServiceToken();
  const [shown, setShown] = useState<ShownSecret | null>(null);
  const attempt = useRef<{ form: string; values: NewServiceToken; idempotencyKey: string }>(null);

  const submit = (values: NewServiceToken) => {
    // The end is counted from the first attempt: a repeat has to be the same request.
    const form = JSON.stringify({ ...values, expires_at: values.expires_at?.slice(0, 10) });
    if (attempt.current?.form !== form) attempt.current = { form, values, idempotencyKey: randomId() };
    const { idempotencyKey, values: sent } = attempt.current;
    create.mutate(
      { ...sent, idempotencyKey },
      {
        onSuccess: (made) => {
          setShown(made);
          create.reset();
        },
        onError: (error) => {
          if (!isUnanswered(error)) attempt.current = null;
        },
      },
    );
  };

  if (!shown) {
    return (
      <div>
        <BackToTokens />
        <SectionTitle title="New service token" />
        <TokenForm
          integration={integration}
          pending={create.isPending}
          error={create.error}
          onSubmit={submit}
        />
      </div>
    );
  }
  const done = () =>
    void navigate({
      to: '/settings/tokens/$tokenId',
      params: { tokenId: shown.token.id },
      replace: true,
      ignoreBlocker: true,
    });
  return (
    <Stack gap="md">
      <ShownToken shown={shown} onDone={done} />
      <TokenExamples token={shown.token} />
    </Stack>
  );
}

import { useRef } from 'react';
import { ApiError } from '../../../../lib/api-error';
import { randomId } from '../../../../lib/random-id';
import { type NewIntegration, useCreateIntegration } from '../../api/create-integration';
import type { Integration } from '../../api/types';

interface SaveOutcome {
  onSaved: (integration: Integration) => void;
  onRefused: (error: Error) => void;
}

/** No answer came: the server may have created it all the same. */
function isUnanswered(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

/** Creates the integration; an attempt that got no answer is repeated under the same idempotency key. */
export function useSave() {
  const create = useCreateIntegration();
  const attempt = useRef<{ body: string; key: string }>(null);

  const save = (values: NewIntegration, { onSaved, onRefused }: SaveOutcome) => {
    const body = JSON.stringify(values);
    if (attempt.current?.body !== body) attempt.current = { body, key: randomId() };
    create.mutate(
      { ...values, idempotencyKey: attempt.current.key },
      {
        onSuccess: onSaved,
        onError: (error) => {
          if (!isUnanswered(error)) attempt.current = null;
          onRefused(error);
        },
      },
    );
  };

  return { save, error: create.error, isPending: create.isPending, reset: create.reset };
}

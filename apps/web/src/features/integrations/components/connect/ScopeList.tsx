import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { Tag } from '../../../../components/Badge';
import { CheckCards } from '../../../../components/CheckCards';
import type { OAuthScope } from '../../api/types';
import { scopesFrom, usualScopes } from './oauth-way';

interface ScopeListProps {
  provider: string;
  scopes: OAuthScope[];
  value: string[] | undefined;
  onChange: (scopes: string[]) => void;
}

/** What Latchkey will be allowed to do there; what it cannot do without is fixed, what is rarely meant comes later. */
export function ScopeList({ provider, scopes, value, onChange }: ScopeListProps) {
  const [all, setAll] = useState(false);
  const [usual] = useState(() => usualScopes(scopes, value));
  if (scopes.length === 0) return null;
  const ticked = scopesFrom(scopes, value);
  const shown = all ? scopes : usual;
  const more = scopes.length - shown.length;
  return (
    <Stack gap="xs" align="flex-start">
      <CheckCards
        label={`What may Latchkey do at ${provider}?`}
        description="You see the same there again before you agree."
        cards={shown.map(({ name, allows, required }) => ({
          value: name,
          fixed: required,
          label: allows,
          description: (
            <>
              <Tag mono>{name}</Tag>
              {required && ' Always needed.'}
            </>
          ),
        }))}
        value={ticked}
        error={ticked.length === 0 ? 'Choose at least one.' : undefined}
        onChange={(chosen) => onChange(scopesFrom(scopes, chosen))}
      />
      {more > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          Show {more} more
        </Button>
      )}
    </Stack>
  );
}

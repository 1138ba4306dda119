import { Button, Skeleton, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch, IconSearchOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../../../components/EmptyState';
import { ErrorState } from '../../../../components/ErrorState';
import { humanize } from '../../../../lib/format';
import { useIntegrationTypes } from '../../api/get-integration-types';
import type { IntegrationType } from '../../api/types';
import { TypeLogo } from '../TypeLogo';
import classes from './ChooseType.module.css';

interface ChooseTypeProps {
  q: string;
  category: string | undefined;
  onChange: (change: { q?: string; category?: string }) => void;
}

function matches(type: IntegrationType, q: string): boolean {
  const haystack = [type.name, type.id, type.description, type.category, ...type.tags]
    .join(' ')
    .toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

export function ChooseType({ q, category, onChange }: ChooseTypeProps) {
  const query = useIntegrationTypes();
  if (query.isPending) return <Skeleton h={360} aria-hidden />;
  if (query.isError) {
    return (
      <ErrorState
        title="The catalogue could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const active = query.data.filter((type) => type.is_active);
  const found = active.filter((type) => (!category || type.category === category) && matches(type, q));
  return (
    <div className={classes.layout}>
      <Categories types={active} value={category} onChange={(next) => onChange({ q, category: next })} />
      <div>
        <TextInput
          type="search"
          aria-label="Search services"
          placeholder={`Search ${active.length} services`}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={q}
          onChange={(event) => onChange({ q: event.currentTarget.value, category })}
        />
        {found.length > 0 ? (
          <ul className={classes.grid} aria-label="Services">
            {found.map((type) => (
              <TypeItem key={type.id} type={type} />
            ))}
          </ul>
        ) : (
          <NoService onClear={() => onChange({})} />
        )}
      </div>
    </div>
  );
}

function TypeItem({ type }: { type: IntegrationType }) {
  return (
    <li>
      <Link to="/integrations/new" search={{ type: type.id }} className={classes.type}>
        <TypeLogo typeId={type.id} size={36} />
        <div>
          <div className={classes.name}>{type.name}</div>
          <div className={classes.description}>{type.description}</div>
        </div>
      </Link>
    </li>
  );
}

function NoService({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={IconSearchOff}
      title="No such service here"
      action={
        <Button variant="default" onClick={onClear}>
          Show all services
        </Button>
      }
    >
      Any service with an HTTP API can be connected as “Generic HTTP”.
    </EmptyState>
  );
}

interface CategoriesProps {
  types: IntegrationType[];
  value: string | undefined;
  onChange: (category: string | undefined) => void;
}

function Categories({ types, value, onChange }: CategoriesProps) {
  const counts = new Map<string, number>();
  for (const { category } of types) counts.set(category, (counts.get(category) ?? 0) + 1);
  return (
    <div className={classes.categories} role="group" aria-label="Category">
      <UnstyledButton className={classes.category} aria-pressed={!value} onClick={() => onChange(undefined)}>
        All services <span>{types.length}</span>
      </UnstyledButton>
      {[...counts].sort().map(([category, count]) => (
        <UnstyledButton
          key={category}
          className={classes.category}
          aria-pressed={value === category}
          onClick={() => onChange(category)}
        >
          {humanize(category)} <span>{count}</span>
        </UnstyledButton>
      ))}
    </div>
  );
}

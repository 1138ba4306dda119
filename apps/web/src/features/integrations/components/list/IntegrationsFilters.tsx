import { ActionIcon, Group, Select, Tooltip } from '@mantine/core';
import { IconLayoutGrid, IconList } from '@tabler/icons-react';
import { SearchField } from '../../../../components/SearchField';
import { humanize } from '../../../../lib/format';
import type { ListView } from '../../../../lib/preferences';
import { type IntegrationFilters, SORTS } from '../../api/types';
import { useIntegrationTypes } from '../../api/get-integration-types';
import { readSort } from '../../search';
import classes from './IntegrationsFilters.module.css';

interface IntegrationsFiltersProps {
  filters: IntegrationFilters;
  onChange: (change: Partial<IntegrationFilters>) => void;
  view: ListView;
  onViewChange: (view: ListView) => void;
}

export function IntegrationsFilters({ filters, onChange, view, onViewChange }: IntegrationsFiltersProps) {
  const { data: types = [] } = useIntegrationTypes();
  const categories = [...new Set(types.map(({ category }) => category))].sort();
  return (
    <div className={classes.filters}>
      <SearchField
        className={classes.search}
        label="Search integrations"
        value={filters.q}
        onChange={(q) => onChange({ q })}
      />
      <Select
        className={classes.select}
        aria-label="Type"
        placeholder="Any type"
        data={types.map(({ id, name }) => ({ value: id, label: name }))}
        value={filters.type ?? null}
        onChange={(type) => onChange({ type: type ?? undefined })}
        searchable
        clearable
      />
      <Select
        className={classes.select}
        aria-label="Category"
        placeholder="Any category"
        data={categories.map((category) => ({ value: category, label: humanize(category) }))}
        value={filters.category ?? null}
        onChange={(category) => onChange({ category: category ?? undefined })}
        clearable
      />
      <Select
        className={classes.select}
        aria-label="Sort by"
        placeholder="Sort by"
        data={Object.entries(SORTS).map(([value, label]) => ({ value, label }))}
        value={filters.sort ?? null}
        onChange={(sort) => onChange({ sort: readSort(sort) })}
        clearable
      />
      <ViewToggle view={view} onChange={onViewChange} />
    </div>
  );
}

function ViewToggle({ view, onChange }: { view: ListView; onChange: (view: ListView) => void }) {
  const choices = [
    { value: 'cards', label: 'Cards', icon: IconLayoutGrid },
    { value: 'table', label: 'Table', icon: IconList },
  ] as const;
  return (
    <Group gap={2} role="group" aria-label="View" className={classes.view}>
      {choices.map(({ value, label, icon: Icon }) => (
        <Tooltip key={value} label={label} withinPortal={false}>
          <ActionIcon
            size="lg"
            variant={view === value ? 'light' : 'subtle'}
            aria-label={label}
            aria-pressed={view === value}
            onClick={() => onChange(value)}
          >
            <Icon size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </Group>
  );
}

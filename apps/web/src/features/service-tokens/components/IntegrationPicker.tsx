import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useFoundIntegrations, useIntegrationsById } from '../api/get-integrations';

interface IntegrationPickerProps {
  value: string[];
  error: string | undefined;
  onChange: (ids: string[]) => void;
}

const TYPING_MS = 200;

/** Integrations by name, as many as there may be: what is typed is searched on the server. */
export function IntegrationPicker({ value, error, onChange }: IntegrationPickerProps) {
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search.trim(), TYPING_MS);
  const found = useFoundIntegrations(settled);
  const chosen = useIntegrationsById(value);
  const options = new Map((found.data ?? []).map(({ id, name }) => [id, name]));
  for (const id of value) options.set(id, chosen.get(id)?.name ?? options.get(id) ?? 'Integration');
  return (
    <MultiSelect
      label="Integrations"
      description="Type to search. The token reaches these and no others."
      placeholder={value.length === 0 ? 'Search by name' : undefined}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      filter={({ options: all }) => all}
      value={value}
      onChange={onChange}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      hidePickedOptions
      nothingFoundMessage={
        found.isError
          ? 'The integrations could not be loaded.'
          : found.isPending
            ? 'Searching…'
            : 'None found.'
      }
      maxDropdownHeight={260}
      error={error}
      clearable
      clearButtonProps={{ 'aria-label': 'Clear the integrations' }}
    />
  );
}

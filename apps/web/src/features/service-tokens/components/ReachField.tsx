import { MultiSelect, Radio, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '../../../lib/catalogue';
import { IntegrationPicker } from './IntegrationPicker';
import type { Problems, Reach, TokenValues } from './token-values';

interface ReachFieldProps {
  values: TokenValues;
  problems: Problems;
  onChange: (changes: Partial<TokenValues>) => void;
}

/** Which integrations the token is for. */
export function ReachField({ values, problems, onChange }: ReachFieldProps) {
  const { data: types = [] } = useQuery(catalogueQuery);
  return (
    <Stack gap="sm">
      <Radio.Group
        label="Which integrations?"
        value={values.reach}
        onChange={(reach) => onChange({ reach: reach as Reach })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="all" label="All of the organisation, also those added later" />
          <Radio value="integrations" label="Only some" />
          <Radio value="types" label="Only those of some services" />
        </Stack>
      </Radio.Group>
      {values.reach === 'integrations' && (
        <IntegrationPicker
          value={values.integrationIds}
          error={problems.integration_ids}
          onChange={(integrationIds) => onChange({ integrationIds })}
        />
      )}
      {values.reach === 'types' && (
        <MultiSelect
          label="Services"
          description="Also integrations of them that are added later."
          data={types.map(({ id, name }) => ({ value: id, label: name }))}
          value={values.typeIds}
          onChange={(typeIds) => onChange({ typeIds })}
          searchable
          hidePickedOptions
          clearable
          clearButtonProps={{ 'aria-label': 'Clear the services' }}
          nothingFoundMessage="None found."
          error={problems.integration_type_ids}
        />
      )}
    </Stack>
  );
}

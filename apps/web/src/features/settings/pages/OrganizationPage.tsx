import { Skeleton, Stack, Text } from '@mantine/core';
import { ErrorState } from '../../../components/ErrorState';
import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Panel } from '../../../components/Panel';
import { humanize } from '../../../lib/format';
import { useCan, useMe } from '../../../lib/me';
import { useOrganization } from '../api/get-organization';
import { OrganizationForm } from '../components/OrganizationForm';

export function OrganizationPage() {
  const { organization, organizations, permissions, role } = useMe();
  if (!organization) {
    return (
      <Panel title="Organisation">
        <Text size="sm" c="dimmed">
          You belong to no organisation yet. Ask an administrator to invite you to theirs.
        </Text>
      </Panel>
    );
  }
  return (
    <Stack gap="md">
      <SettingsPanel id={organization.id} />
      <Panel title="Facts">
        <Facts
          rows
          facts={[
            {
              label: 'Short name',
              value: <Identifier value={organization.slug} label="Copy the short name" />,
            },
            { label: 'Your role', value: role ? humanize(role) : 'None' },
            {
              label: 'Identifier',
              value: <Identifier value={organization.id} label="Copy the identifier" />,
            },
          ]}
        />
      </Panel>
      <Panel title="What you may do" description="The permissions that your role gives you here.">
        <Facts rows facts={byResource(permissions)} />
      </Panel>
      {organizations.length > 1 && (
        <Panel title="Your organisations">
          <Facts
            rows
            facts={organizations.map((each) => ({ label: each.name, value: humanize(each.role) }))}
          />
        </Panel>
      )}
    </Stack>
  );
}

function SettingsPanel({ id }: { id: string }) {
  const query = useOrganization(id);
  const editable = useCan()('organization:update');
  return (
    <Panel
      title="Organisation"
      description={
        editable
          ? 'Integrations, credentials and members belong to it.'
          : 'Your role may look at these but not change them.'
      }
    >
      {query.isPending && <Skeleton h={240} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The organisation could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && <OrganizationForm key={id} organization={query.data} editable={editable} />}
    </Panel>
  );
}

/** `integrations:read`, `integrations:test` → Integrations: read, test */
function byResource(permissions: string[]): { label: string; value: string }[] {
  const actions = new Map<string, string[]>();
  for (const permission of permissions) {
    const [resource = '', action = ''] = permission.split(':');
    actions.set(resource, [...(actions.get(resource) ?? []), action]);
  }
  return [...actions].map(([resource, list]) => ({
    label: humanize(resource.replace('organization', 'organisation')),
    value: list.join(', '),
  }));
}

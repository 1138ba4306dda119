import { Stack, Text } from '@mantine/core';
import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Panel } from '../../../components/Panel';
import { humanize } from '../../../lib/format';
import { useMe } from '../../../lib/me';

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
      <Panel title="Organisation" description="Integrations, credentials and members belong to it.">
        <Facts
          rows
          facts={[
            { label: 'Name', value: organization.name },
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

/** `integrations:read`, `integrations:test` → Integrations: read, test */
function byResource(permissions: string[]): { label: string; value: string }[] {
  const actions = new Map<string, string[]>();
  for (const permission of permissions) {
    const [resource = '', action = ''] = permission.split(':');
    actions.set(resource, [...(actions.get(resource) ?? []), action]);
  }
  return [...actions].map(([resource, list]) => ({ label: humanize(resource), value: list.join(', ') }));
}

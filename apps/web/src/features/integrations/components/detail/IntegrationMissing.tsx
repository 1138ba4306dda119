import { Button } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../../../components/EmptyState';
import { Page } from '../../../../components/Page';

export function IntegrationMissing() {
  return (
    <Page title="Integration not found">
      <EmptyState
        icon={IconPlugConnectedX}
        title="This integration is not here"
        action={
          <Button renderRoot={(props) => <Link to="/integrations" search={{}} {...props} />}>
            Go to integrations
          </Button>
        }
      >
        It was deleted, or it belongs to another organisation.
      </EmptyState>
    </Page>
  );
}

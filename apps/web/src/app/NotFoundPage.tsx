import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../components/EmptyState';
import { Page } from '../components/Page';

export function NotFoundPage() {
  return (
    <Page title="Page not found" narrow>
      <EmptyState
        icon={IconMapOff}
        title="There is nothing at this address"
        action={
          <Button renderRoot={(props) => <Link to="/integrations" {...props} />}>Go to integrations</Button>
        }
      >
        The link may be old, or it belongs to another organisation.
      </EmptyState>
    </Page>
  );
}

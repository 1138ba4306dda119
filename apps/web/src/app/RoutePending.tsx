import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { Page } from '../components/Page';

/** Stands in while a route's code and first data arrive. */
export function RoutePending() {
  return (
    <Page title="Loading" header={<VisuallyHidden role="status">Loading</VisuallyHidden>}>
      <Stack gap="lg" aria-hidden>
        <Skeleton h={28} w={180} />
        <Skeleton h={36} />
        <Skeleton h={280} />
      </Stack>
    </Page>
  );
}

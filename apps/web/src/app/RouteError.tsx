import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorState } from '../components/ErrorState';
import { Page } from '../components/Page';

/** The boundary of every route: the rest of the app goes on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Page title="Something went wrong" narrow>
      <ErrorState title="This page could not be shown" error={error} onRetry={retry} />
    </Page>
  );
}

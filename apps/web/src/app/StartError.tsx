import { useDocumentTitle } from '@mantine/hooks';
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { Brand } from '../components/Brand';
import { ErrorState } from '../components/ErrorState';
import classes from './StartError.module.css';

/** Stands in for the whole app when not even the session could be asked for. */
export function StartError({ error, reset }: ErrorComponentProps) {
  useDocumentTitle('Latchkey');
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <main className={classes.layout}>
      <h1 className={classes.brand}>
        <Brand />
      </h1>
      <ErrorState title="Latchkey cannot be shown" error={error} onRetry={retry} />
    </main>
  );
}

import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { SchemaFormProps } from './RjsfForm';
import classes from './SchemaForm.module.css';

const load = () => import('./RjsfForm');
const RjsfForm = lazy(load);

/** Fetches the machinery ahead of the first form, while a person still chooses. */
export function preloadSchemaForm(): void {
  void load();
}

/** The form of a JSON Schema. Its machinery is loaded when the first form is shown. */
export function SchemaForm(props: SchemaFormProps) {
  return (
    <Suspense fallback={<Waiting {...props} />}>
      <RjsfForm {...props} />
    </Suspense>
  );
}

/** The same room as the form will take, with nothing to press yet. */
function Waiting({ schema, children }: SchemaFormProps) {
  return (
    <fieldset disabled className={classes.waiting} aria-busy>
      <div className={classes.fields}>
        {Object.keys(schema.properties ?? {}).map((name) => (
          <Skeleton key={name} h={60} />
        ))}
      </div>
      <div className={classes.after}>{children}</div>
    </fieldset>
  );
}

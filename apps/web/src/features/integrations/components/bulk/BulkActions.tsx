import { useState } from 'react';
import { ConfirmDialog } from '../../../../components/ConfirmDialog';
import { TypedConfirm } from '../../../../components/TypedConfirm';
import { plural } from '../../../../lib/format';
import { toastFailed } from '../../../../lib/toast';
import { useStartBulk } from '../../api/bulk';
import type { BulkAction, Integration, IntegrationFilters } from '../../api/types';
import { BulkBar } from './BulkBar';
import { Meant } from './Meant';
import { bulkBody, countOf, NOTHING, type Selection } from './selection';

interface BulkActionsProps {
  page: Integration[];
  total: number;
  filters: IntegrationFilters;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  /** The operation runs: it is shown from here on. */
  onStarted: (operationId: string) => void;
}

const WEIGHTY: BulkAction[] = ['disable', 'delete'];

/** Starts what is done to many at once; asks first where it takes something away. */
export function BulkActions({ page, total, filters, selection, onSelect, onStarted }: BulkActionsProps) {
  const [asking, setAsking] = useState<BulkAction>();
  const start = useStartBulk();
  const run = (action: BulkAction) =>
    start.mutate(bulkBody(selection, filters, action), {
      onSuccess: ({ id }) => {
        setAsking(undefined);
        onSelect(NOTHING);
        onStarted(id);
      },
      onError: (error) => {
        if (!WEIGHTY.includes(action)) toastFailed('It was not started', error);
      },
    });
  const ask = (action: BulkAction) => {
    start.reset();
    if (WEIGHTY.includes(action)) setAsking(action);
    else run(action);
  };
  const close = () => setAsking(undefined);
  const integrations = plural(countOf(selection), 'integration');
  const dialog = { pending: start.isPending, error: start.error, onClose: close };
  return (
    <>
      <BulkBar
        page={page}
        total={total}
        selection={selection}
        onSelect={onSelect}
        starting={start.isPending ? start.variables.action : undefined}
        onAct={ask}
      />
      <ConfirmDialog
        opened={asking === 'disable'}
        title={`Disable ${integrations}?`}
        confirm={`Disable ${integrations}`}
        errorTitle="Nothing was disabled"
        onConfirm={() => run('disable')}
        {...dialog}
      >
        They are not checked and programs cannot use them until they are enabled again. Their credentials
        stay.
        <Meant selection={selection} />
      </ConfirmDialog>
      <TypedConfirm
        opened={asking === 'delete'}
        title={`Delete ${integrations}?`}
        name={`delete ${integrations}`}
        confirm={`Delete ${integrations}`}
        errorTitle="Nothing was deleted"
        onConfirm={() => run('delete')}
        {...dialog}
      >
        Their credentials are destroyed, their tokens revoked at the services where that is possible, and
        programs that use them fail from now on. This cannot be undone.
        <Meant selection={selection} />
      </TypedConfirm>
    </>
  );
}

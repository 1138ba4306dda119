import { lazy, Suspense, useState } from 'react';
import { useCan } from '../../../../lib/me';
import type { ListView } from '../../../../lib/preferences';
import type { IntegrationList } from '../../api/get-integrations';
import type { IntegrationFilters } from '../../api/types';
import { NOTHING, toggle } from '../bulk/selection';
import { IntegrationCards } from './IntegrationCards';
import { IntegrationTable } from './IntegrationTable';

const BulkActions = lazy(async () => ({ default: (await import('../bulk/BulkActions')).BulkActions }));

interface SelectableListProps {
  list: IntegrationList;
  view: ListView;
  filters: IntegrationFilters;
  typeName: (typeId: string) => string;
  /** Work on many began. */
  onStarted: (operationId: string) => void;
}

/** The cards or the table, with a choice of several for those who may work on many at once. */
export function SelectableList({ list, view, filters, typeName, onStarted }: SelectableListProps) {
  const allowed = useCan()('integrations:bulk');
  const { integrations, pagination } = list;
  const { q, status, type, category } = filters;
  // What was chosen under another filter is not what is meant under this one.
  const found = JSON.stringify([q, status, type, category]);
  const [{ under, selection }, setState] = useState({ under: found, selection: NOTHING });
  const current = under === found ? selection : NOTHING;
  const select = (next: typeof selection) => setState({ under: found, selection: next });

  const List = view === 'cards' ? IntegrationCards : IntegrationTable;
  if (!allowed) return <List integrations={integrations} typeName={typeName} />;
  return (
    <>
      <Suspense fallback={<div style={{ height: '2.75rem' }} />}>
        <BulkActions
          page={integrations}
          total={pagination.total}
          filters={filters}
          selection={current}
          onSelect={select}
          onStarted={onStarted}
        />
      </Suspense>
      <List
        integrations={integrations}
        typeName={typeName}
        picks={{
          selection: current,
          onToggle: (integration) => select(toggle(current, integration, integrations)),
        }}
      />
    </>
  );
}

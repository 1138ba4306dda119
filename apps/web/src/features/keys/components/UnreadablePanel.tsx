import { Skeleton, Stack } from '@mantine/core';
import { useState } from 'react';
import { Cell, DataTable } from '../../../components/DataTable';
import { ErrorState } from '../../../components/ErrorState';
import { Notice } from '../../../components/Notice';
import { Pager } from '../../../components/Pager';
import { RelativeTime } from '../../../components/RelativeTime';
import { SectionTitle } from '../../../components/SectionTitle';
import { humanize, plural } from '../../../lib/format';
import { useUnreadable } from '../api/get-unreadable';
import type { Unreadable } from '../api/types';
import classes from './Rotations.module.css';

const TABLES: Record<string, string> = { integration_credentials: 'Credentials of an integration' };

/** Sealed values that do not open, and what to do about them. */
export function UnreadablePanel({ count }: { count: number }) {
  const [page, setPage] = useState(1);
  const query = useUnreadable(page, count);
  if (count === 0) return null;
  return (
    <section aria-label="Unreadable values">
      <SectionTitle title="Unreadable values" />
      <Stack gap="md">
        <Notice tone="warn" title="What to do">
          Enter the credentials of these integrations again, or delete the integrations: they leave this list
          then. If there are many at once, the database was restored without its keys: bring back the root key
          of that time from your backup, and verify again before anything else is changed.
        </Notice>
        {query.isPending && <Skeleton h={120} aria-hidden />}
        {query.isError && (
          <ErrorState
            title="The list could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )}
        {query.data && (
          <div>
            <DataTable
              label="Unreadable values"
              columns={['Organisation', 'What', 'Key version', 'Why', 'Found']}
            >
              {query.data.unreadable.map((row) => (
                <UnreadableRow key={`${row.table} ${row.row_id}`} row={row} />
              ))}
            </DataTable>
            <Pager
              summary={plural(query.data.pagination.total, 'value')}
              pagination={query.data.pagination}
              onPage={setPage}
            />
          </div>
        )}
      </Stack>
    </section>
  );
}

function UnreadableRow({ row }: { row: Unreadable }) {
  return (
    <tr>
      <Cell>{row.organization_name ?? 'One that is gone'}</Cell>
      <Cell label="What">
        {row.name ?? TABLES[row.table] ?? humanize(row.table)}
        {row.name !== null && <div className={classes.sub}>{TABLES[row.table] ?? humanize(row.table)}</div>}
        <div className={classes.id}>{row.row_id}</div>
      </Cell>
      <Cell label="Key version">{row.key_version}</Cell>
      <Cell label="Why">{row.reason}</Cell>
      <Cell label="Found" quiet>
        <RelativeTime time={row.found_at} />
      </Cell>
    </tr>
  );
}

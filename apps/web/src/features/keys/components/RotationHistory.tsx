import { Text } from '@mantine/core';
import { Cell, DataTable } from '../../../components/DataTable';
import { RelativeTime } from '../../../components/RelativeTime';
import { SectionTitle } from '../../../components/SectionTitle';
import { formatDuration, plural } from '../../../lib/format';
import type { KeyRotation } from '../api/types';
import { isOpen, titleOf } from './progress';
import classes from './Rotations.module.css';

/** What was done on keys. */
export function RotationHistory({ rotations }: { rotations: KeyRotation[] }) {
  const finished = rotations.filter((rotation) => !isOpen(rotation));
  return (
    <section aria-label="History">
      <SectionTitle title="History" />
      {finished.length === 0 ? (
        <Text size="sm" c="dimmed">
          No key was rotated and nothing verified yet.
        </Text>
      ) : (
        <DataTable label="History of the keys" columns={['What', 'Outcome', 'Finished', 'Old version']}>
          {finished.map((rotation) => (
            <HistoryRow key={rotation.id} rotation={rotation} />
          ))}
        </DataTable>
      )}
    </section>
  );
}

function HistoryRow({ rotation }: { rotation: KeyRotation }) {
  const { kind, done, skipped, started_at: started, finished_at: finished, retired_at: retired } = rotation;
  return (
    <tr>
      <Cell>{titleOf(rotation)}</Cell>
      <Cell label="Outcome">
        {plural(done, 'value')} {kind === 'verification' ? 'opened' : 'moved'}
        {skipped > 0 && <div className={classes.skipped}>{skipped} could not be opened</div>}
      </Cell>
      <Cell label="Finished" quiet>
        <RelativeTime time={finished} />
        {finished && <div className={classes.sub}>took {formatDuration(started, finished)}</div>}
      </Cell>
      <Cell label="Old version" quiet>
        {kind === 'verification' ? (
          '–'
        ) : retired ? (
          <>
            Retired <RelativeTime time={retired} />
          </>
        ) : (
          'Kept'
        )}
      </Cell>
    </tr>
  );
}

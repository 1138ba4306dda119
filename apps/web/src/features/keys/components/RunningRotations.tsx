import { Button, Progress } from '@mantine/core';
import { IconAlertTriangle, IconLoader2, IconPlayerPause } from '@tabler/icons-react';
import { useState } from 'react';
import { Badge } from '../../../components/Badge';
import { Notice } from '../../../components/Notice';
import { Panel } from '../../../components/Panel';
import { toastFailed } from '../../../lib/toast';
import { usePauseRotation, useResumeRotation } from '../api/act-on-keys';
import type { KeyRotation } from '../api/types';
import { isOpen, percentOf, rateOf, type Sample, timeLeft, titleOf, withSample } from './progress';
import classes from './Rotations.module.css';

const STATES = {
  running: { label: 'Running', tone: 'idle', icon: IconLoader2 },
  paused: { label: 'Paused', tone: 'idle', icon: IconPlayerPause },
  failed: { label: 'Stopped', tone: 'bad', icon: IconAlertTriangle },
} as const;

/** What is done on keys at the moment, and how far it has come. */
export function RunningRotations({ rotations }: { rotations: KeyRotation[] }) {
  const open = rotations.filter(isOpen);
  if (open.length === 0) return null;
  return (
    <Panel title="Under way" flush>
      <ul className={classes.list}>
        {open.map((rotation) => (
          <RunningRotation key={rotation.id} rotation={rotation} />
        ))}
      </ul>
    </Panel>
  );
}

/** How fast it goes, from what the server said of it in the last seconds. */
function useRate({ done, skipped, state, updated_at: updatedAt }: KeyRotation): number | null {
  const [seen, setSeen] = useState<{ updatedAt: string; samples: Sample[] }>({ updatedAt: '', samples: [] });
  if (seen.updatedAt !== updatedAt) {
    const sample = { at: new Date(updatedAt).getTime(), done: done + skipped };
    setSeen({ updatedAt, samples: withSample(seen.samples, sample) });
  }
  return state === 'running' ? rateOf(seen.samples) : null;
}

const number = (value: number) => Math.round(value).toLocaleString('en');

function RunningRotation({ rotation }: { rotation: KeyRotation }) {
  const { id, done, skipped, total, state, error } = rotation;
  const { label, tone, icon } = STATES[state as keyof typeof STATES];
  const rate = useRate(rotation);
  const left = timeLeft(rotation, rate);
  const pause = usePauseRotation();
  const resume = useResumeRotation();
  const act = state === 'running' ? pause : resume;
  const title = titleOf(rotation);
  const failed = (cause: Error) => toastFailed('Nothing was changed', cause);
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <span className={classes.title}>{title}</span>
        <Badge tone={tone} icon={icon} spinning={state === 'running'}>
          {label}
        </Badge>
        <Button
          size="compact-xs"
          variant="default"
          loading={act.isPending}
          aria-label={`${state === 'running' ? 'Pause' : 'Resume'}: ${title}`}
          onClick={() => act.mutate(id, { onError: failed })}
        >
          {state === 'running' ? 'Pause' : 'Resume'}
        </Button>
      </div>
      <Progress value={percentOf(rotation)} aria-label={title} transitionDuration={300} />
      <div className={classes.numbers} data-numbers>
        <span>{total === 0 ? 'Looking for what there is to do' : `${number(done)} of ${number(total)}`}</span>
        {rate !== null && <span>{number(rate)} a second</span>}
        {left && <span>{left}</span>}
        {skipped > 0 && <span className={classes.skipped}>{number(skipped)} could not be opened</span>}
      </div>
      {error && (
        <div className={classes.why}>
          <Notice tone={state === 'failed' ? 'bad' : 'warn'} title="Why it stopped last">
            {error}
          </Notice>
        </div>
      )}
    </li>
  );
}

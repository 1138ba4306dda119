import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { Badge } from '../../../components/Badge';
import { RelativeTime } from '../../../components/RelativeTime';
import type { GithubApp } from '../api/types';
import classes from './GithubApp.module.css';

/** Whether GitHub's news arrive, what is wrong when they do not, and when that was looked at. */
export function HookState({ hook }: { hook: GithubApp['hook'] }) {
  if (!hook?.checked_at) {
    return (
      <Badge tone="idle" icon={IconCircleDashed}>
        Not looked at yet
      </Badge>
    );
  }
  return (
    <>
      <Badge tone={hook.ok ? 'ok' : 'bad'} icon={hook.ok ? IconCircleCheck : IconAlertTriangle}>
        {hook.ok ? 'Arrives' : 'Does not arrive'}
      </Badge>
      {hook.problem && <div>{hook.problem}</div>}
      <div className={classes.note}>
        Looked at <RelativeTime time={hook.checked_at} />
      </div>
    </>
  );
}

import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatMilliseconds } from '../../../../lib/format';
import type { Integration } from '../../api/types';
import { PickBox, type Picks } from '../bulk/PickBox';
import { StatusBadge } from '../StatusBadge';
import { TypeLogo } from '../TypeLogo';
import { problemOf } from './problem-of';
import { TokenNote } from './TokenNote';
import classes from './IntegrationCards.module.css';

interface IntegrationCardsProps {
  integrations: Integration[];
  typeName: (typeId: string) => string;
  /** Absent for those who may not work on many at once. */
  picks?: Picks;
}

export function IntegrationCards({ integrations, typeName, picks }: IntegrationCardsProps) {
  return (
    <ul className={classes.grid} aria-label="Integrations">
      {integrations.map((integration) => (
        <li key={integration.id} className={classes.card}>
          <div className={classes.head} data-pickable={picks !== undefined || undefined}>
            {picks && <PickBox integration={integration} picks={picks} />}
            <TypeLogo typeId={integration.integration_type_id} size={36} />
            <div>
              <Link
                to="/integrations/$integrationId"
                params={{ integrationId: integration.id }}
                search={{}}
                className={classes.name}
                title={integration.name}
              >
                {integration.name}
              </Link>
              <div className={classes.type}>{typeName(integration.integration_type_id)}</div>
            </div>
            <StatusBadge integration={integration} />
          </div>
          {problemOf(integration) && <div className={classes.reason}>{problemOf(integration)}</div>}
          <div className={classes.token}>
            <TokenNote integration={integration} />
          </div>
          <div className={classes.foot}>
            <span>
              Checked <RelativeTime time={integration.last_checked_at} never="not yet" />
            </span>
            {integration.response_time_ms !== null && (
              <span>{formatMilliseconds(integration.response_time_ms)}</span>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

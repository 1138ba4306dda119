import { VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatMilliseconds, humanize } from '../../../../lib/format';
import type { Integration } from '../../api/types';
import { PickBox, type Picks } from '../bulk/PickBox';
import { StatusBadge } from '../StatusBadge';
import { TypeLogo } from '../TypeLogo';
import { problemOf } from './problem-of';
import { TokenNote } from './TokenNote';
import classes from './IntegrationTable.module.css';

interface IntegrationTableProps {
  integrations: Integration[];
  typeName: (typeId: string) => string;
  /** Absent for those who may not work on many at once. */
  picks?: Picks;
}

export function IntegrationTable({ integrations, typeName, picks }: IntegrationTableProps) {
  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label="Integrations">
        <thead>
          <tr>
            {picks && (
              <th scope="col" className={classes.pick}>
                <VisuallyHidden>Selected</VisuallyHidden>
              </th>
            )}
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col">Category</th>
            <th scope="col">Last check</th>
            <th scope="col" className={classes.number}>
              Response
            </th>
          </tr>
        </thead>
        <tbody>
          {integrations.map((integration) => (
            <IntegrationRow
              key={integration.id}
              integration={integration}
              typeName={typeName(integration.integration_type_id)}
              picks={picks}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface IntegrationRowProps {
  integration: Integration;
  typeName: string;
  picks: Picks | undefined;
}

function IntegrationRow({ integration, typeName, picks }: IntegrationRowProps) {
  const { id, name, category, response_time_ms: responseTime } = integration;
  const problem = problemOf(integration);
  return (
    <tr className={classes.row}>
      {picks && (
        <td className={classes.pick}>
          <PickBox integration={integration} picks={picks} />
        </td>
      )}
      <td>
        <div className={classes.service}>
          <TypeLogo typeId={integration.integration_type_id} size={28} />
          <div>
            <Link
              to="/integrations/$integrationId"
              params={{ integrationId: id }}
              search={{}}
              className={classes.name}
              title={name}
            >
              {name}
            </Link>
            <div className={classes.type}>{typeName}</div>
          </div>
        </div>
      </td>
      <td>
        <div className={classes.state}>
          <StatusBadge integration={integration} />
          <TokenNote integration={integration} />
        </div>
        {problem && (
          <div className={classes.reason} title={problem}>
            {problem}
          </div>
        )}
      </td>
      <td className={classes.dimmed}>{humanize(category)}</td>
      <td className={classes.dimmed}>
        <RelativeTime time={integration.last_checked_at} never="Not yet" />
      </td>
      <td className={`${classes.dimmed} ${classes.number}`}>
        {responseTime === null ? '–' : formatMilliseconds(responseTime)}
      </td>
    </tr>
  );
}

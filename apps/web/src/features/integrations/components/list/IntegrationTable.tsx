import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatMilliseconds, humanize } from '../../../../lib/format';
import type { Integration } from '../../api/types';
import { StatusBadge } from '../StatusBadge';
import { TypeLogo } from '../TypeLogo';
import { problemOf } from './problem-of';
import { TokenNote } from './TokenNote';
import classes from './IntegrationTable.module.css';

interface IntegrationTableProps {
  integrations: Integration[];
  typeName: (typeId: string) => string;
}

export function IntegrationTable({ integrations, typeName }: IntegrationTableProps) {
  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label="Integrations">
        <thead>
          <tr>
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
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function IntegrationRow({ integration, typeName }: { integration: Integration; typeName: string }) {
  const { id, name, status, category, response_time_ms: responseTime } = integration;
  const problem = problemOf(integration);
  return (
    <tr className={classes.row}>
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
          <StatusBadge status={status} />
          <TokenNote integration={integration} />
          {problem && (
            <span className={classes.reason} title={problem}>
              {problem}
            </span>
          )}
        </div>
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

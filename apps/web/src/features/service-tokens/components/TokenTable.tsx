import { Link } from '@tanstack/react-router';
import { Tag } from '../../../components/Badge';
import { Cell, DataTable } from '../../../components/DataTable';
import type { ServiceToken } from '../api/types';
import { NarrowingSummary } from './Narrowing';
import { LastUse, TokenEnd, TokenStatus } from './TokenStatus';
import classes from './Tokens.module.css';

const COLUMNS = ['Token', 'State', 'May', 'For', 'Last used'];

export function TokenTable({ tokens }: { tokens: ServiceToken[] }) {
  return (
    <DataTable label="Service tokens" columns={COLUMNS}>
      {tokens.map((token) => (
        <tr key={token.id}>
          <Cell>
            <Link to="/settings/tokens/$tokenId" params={{ tokenId: token.id }} className={classes.name}>
              {token.name}
            </Link>
            <div className={classes.sub}>
              <span className={classes.hint}>…{token.hint}</span> · made by{' '}
              {token.created_by?.full_name ?? 'someone who left'}
            </div>
          </Cell>
          <Cell label="State">
            <TokenStatus status={token.status} />
            <div className={classes.when}>
              <TokenEnd token={token} />
            </div>
          </Cell>
          <Cell label="May">
            <div className={classes.tags}>
              {token.scopes.map((scope) => (
                <Tag key={scope} mono>
                  {scope}
                </Tag>
              ))}
            </div>
          </Cell>
          <Cell label="For">
            <NarrowingSummary token={token} />
          </Cell>
          <Cell label="Last used">
            <LastUse token={token} />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}

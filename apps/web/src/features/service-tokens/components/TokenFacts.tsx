import { Tag } from '../../../components/Badge';
import { type Fact, Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Panel } from '../../../components/Panel';
import { RelativeTime } from '../../../components/RelativeTime';
import type { ServiceToken } from '../api/types';
import { NarrowingLinks } from './Narrowing';
import { scopeAllows, scopeLabel } from './scopes';
import { LastUse, TokenExpiry } from './TokenStatus';
import classes from './Tokens.module.css';

function factsOf(token: ServiceToken): Fact[] {
  return [
    { label: 'Ends with', value: <span className={classes.hint}>…{token.hint}</span> },
    { label: 'For', value: <NarrowingLinks token={token} /> },
    { label: 'Networks', value: token.allowed_cidrs?.join(', ') ?? 'From anywhere' },
    ...(token.revoked_at ? [] : [{ label: 'Stops working', value: <TokenExpiry token={token} /> }]),
    { label: 'Last used', value: <LastUse token={token} /> },
    ...(token.rotated_at ? [{ label: 'Rotated', value: <RelativeTime time={token.rotated_at} /> }] : []),
    ...(token.previous_until
      ? [{ label: 'Old secret ends', value: <RelativeTime time={token.previous_until} /> }]
      : []),
    ...(token.revoked_at ? [{ label: 'Revoked', value: <RelativeTime time={token.revoked_at} /> }] : []),
    {
      label: 'Made',
      value: (
        <>
          <RelativeTime time={token.created_at} /> by {token.created_by?.full_name ?? 'someone who left'}
        </>
      ),
    },
    { label: 'Identifier', value: <Identifier value={token.id} label="Copy the identifier" /> },
  ];
}

export function TokenFacts({ token }: { token: ServiceToken }) {
  return (
    <>
      <Panel
        title="Facts"
        description={
          token.description ? <span className={classes.prose}>{token.description}</span> : undefined
        }
      >
        <Facts rows facts={factsOf(token)} />
      </Panel>
      <Panel title="What it may do">
        <ul className={classes.scopeList}>
          {token.scopes.map((scope) => (
            <li key={scope}>
              {scopeLabel(scope)} <Tag mono>{scope}</Tag>
              <div className={classes.sub}>{scopeAllows(scope)}</div>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

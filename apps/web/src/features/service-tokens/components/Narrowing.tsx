import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { catalogueQuery } from '../../../lib/catalogue';
import { plural } from '../../../lib/format';
import { useIntegrationsById } from '../api/get-integrations';
import type { ServiceToken } from '../api/types';
import classes from './Tokens.module.css';

/** More are counted and not named. */
const NAMED = 12;

/** What a token is narrowed to, in few words. */
export function NarrowingSummary({ token }: { token: ServiceToken }) {
  const { integration_ids: ids, integration_type_ids: types, allowed_cidrs: networks } = token;
  const { data } = useQuery(catalogueQuery);
  const names = types?.map((id) => data?.find((type) => type.id === id)?.name ?? id).join(', ');
  return (
    <>
      <div>{ids ? plural(ids.length, 'integration') : (names ?? 'All integrations')}</div>
      {networks && <div className={classes.sub}>From {networks.join(', ')}</div>}
    </>
  );
}

/** The integrations of a token by name, each leading to its page. */
export function NarrowingLinks({ token }: { token: ServiceToken }) {
  const ids = token.integration_ids ?? [];
  const shown = ids.slice(0, NAMED);
  const integrations = useIntegrationsById(shown);
  if (!token.integration_ids) return <NarrowingSummary token={{ ...token, allowed_cidrs: null }} />;
  return (
    <span className={classes.links}>
      {shown.map((id) => {
        const integration = integrations.get(id);
        if (integration === null) return <span key={id}>One that is gone</span>;
        return (
          <Anchor
            key={id}
            size="sm"
            renderRoot={(props) => (
              <Link to="/integrations/$integrationId" params={{ integrationId: id }} search={{}} {...props} />
            )}
          >
            {integration?.name ?? '…'}
          </Anchor>
        );
      })}
      {ids.length > NAMED && <span>and {ids.length - NAMED} more</span>}
    </span>
  );
}

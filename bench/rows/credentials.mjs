// Credentials, read and stored.
import { sideBySide } from '../loops.mjs';
import { authenticated, CONNECTIONS, route } from './callers.mjs';

/** Many callers at once share commits; times are those of few. */
const MANY = 100;

const value = ({ stack, program, integrationId }, connections) =>
  route(`${stack}/api/v1/integrations/${integrationId}/credentials/value`, program, connections);

const created = ({ stack, person, target }, connections) =>
  route(`${stack}/api/v1/integrations`, { ...person, 'content-type': 'application/json' }, connections, {
    method: 'POST',
    body: JSON.stringify({
      integration_type_id: 'generic_http',
      name: 'Bench created',
      config: { base_url: target },
      credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: 'x'.repeat(40) },
    }),
  });

/** The ratio of many callers, the times of few. */
async function manyAndFew(measured, baseline) {
  const { average, p99 } = await measured(CONNECTIONS);
  const row = await sideBySide(
    () => measured(MANY),
    () => baseline(MANY),
  );
  return { ...row, average_ms: average, p99_ms: p99 };
}

export const CREDENTIALS = [
  {
    what: 'credential value, cached, its audit row durable before the answer',
    against: 'the authenticated empty route',
    reach: 0.35,
    most: { average_ms: 5, p99_ms: 15 },
    measure: (bench) =>
      manyAndFew(
        (connections) => value(bench, connections),
        (connections) => authenticated(bench, connections),
      ),
  },
  {
    what: 'credential value, cached, audit of reads set to write-behind',
    against: 'the authenticated empty route',
    reach: 0.7,
    measure: async (bench) => {
      await bench.setAuditOfReads('write_behind');
      const row = await manyAndFew(
        (connections) => value(bench, connections),
        (connections) => authenticated(bench, connections),
      );
      await bench.setAuditOfReads('durable');
      return row;
    },
  },
  {
    what: 'credential value, uncached: row level security, open, audit',
    against: 'one indexed SELECT by pg in the same process',
    reach: 0.35,
    most: { average_ms: 30, p99_ms: 80 },
    measure: ({ ask, organizationId, tokenId }) =>
      manyAndFew(
        (callers) => ask('readUncached', organizationId, tokenId, callers),
        (callers) => ask('selectOne', organizationId, callers),
      ),
  },
  {
    what: 'credential stored: sealed, row level security, committed',
    against: 'one INSERT of the same bytes, committed',
    reach: 0.35,
    most: { average_ms: 50, p99_ms: 120 },
    measure: ({ ask, places }) =>
      sideBySide(
        () => ask('store', places),
        () => ask('insertOne', places),
      ),
  },
  {
    what: 'credential replaced by a person: with its version before, its log and its audit row',
    against: 'one INSERT of the same bytes, committed',
    measure: ({ ask, places }) =>
      sideBySide(
        () => ask('replace', places),
        () => ask('insertOne', places),
      ),
  },
  ...[10, CONNECTIONS].map((connections) => ({
    what: `integration created through the API, ${connections} at once`,
    against: 'the authenticated empty route',
    measure: (bench) =>
      sideBySide(
        () => created(bench, connections),
        () => authenticated(bench, connections),
      ),
  })),
];

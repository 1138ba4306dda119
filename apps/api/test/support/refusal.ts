import type pg from 'pg';

/**
 * Tries a statement and takes it back.
 * @returns the SQLSTATE of its refusal; undefined when there was none.
 */
export async function refusal(
  client: pg.Client,
  sql: string,
  parameters: unknown[] = [],
  organization?: string,
): Promise<string | undefined> {
  await client.query('BEGIN');
  try {
    if (organization)
      await client.query("SELECT set_config('app.organization_id', $1, true)", [organization]);
    await client.query(sql, parameters);
    return undefined;
  } catch (error) {
    return (error as pg.DatabaseError).code;
  } finally {
    await client.query('ROLLBACK');
  }
}

/**
 * Most of a table may be another organisation's: no share of it is worth reading in the order it is stored in. And what is
 * listed is in memory, where any place is as near as the next.
 */
export const SETTINGS =
  "SELECT set_config('enable_seqscan', 'off', true), set_config('random_page_cost', '1.1', true), \
set_config('max_parallel_workers_per_gather', '0', true)";

/** Of sets that nobody knows the overlap of, each is read once, and not one again and again for each entry of another. */
export const JOINING_ALL = joins('off', 'on');
/** Where only the first are wanted, no set is read as a whole. */
export const JOINING_FIRST = joins('off', 'off');
export const JOINING = joins('on', 'on');

/** Counted one by one up to here. */
export const MOST_COUNTED = 10_000;

function joins(nested: 'on' | 'off', hashed: 'on' | 'off'): string {
  return `SELECT set_config('enable_nestloop', '${nested}', true), set_config('enable_hashjoin', '${hashed}', true)`;
}

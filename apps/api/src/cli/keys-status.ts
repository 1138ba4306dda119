import type { KeyRotationDto, KeysDto, UnreadableDto } from '../admin/admin-keys.dto.js';
import { count, progressLine, table } from './output.js';

const moment = (date: Date | null): string =>
  date ? date.toISOString().slice(0, 16).replace('T', ' ') : '-';

const what = ({ kind, organization_name: name, from, to }: KeyRotationDto): string =>
  kind === 'verification'
    ? `verify ${name ?? 'everything'}`
    : `${kind === 'root' ? 'root key' : (name ?? 'an organisation')} ${from} → ${to}`;

function versionsLine(keys: KeysDto): string {
  const lines = keys.organization_keys.map(
    ({ version, state, count: held }) => `version ${version} ${state}: ${held}`,
  );
  return lines.length > 0 ? lines.join(', ') : 'none yet';
}

function organizationsTable(keys: KeysDto): string {
  const rows = keys.organizations.map((organization) => [
    organization.slug,
    String(organization.active_version),
    organization.older_versions
      .map(({ version, values }) => `${version} (${count(values, 'value')})`)
      .join(', ') || '-',
    String(organization.unreadable),
    organization.id,
  ]);
  return table([['organisation', 'active', 'older versions', 'unreadable', 'id'], ...rows]);
}

function rotationsTable(rotations: KeyRotationDto[]): string {
  const rows = rotations.map((rotation) => [
    what(rotation),
    rotation.state,
    progressLine({ ...rotation, state: 'running' }),
    moment(rotation.started_at),
    moment(rotation.finished_at),
    moment(rotation.retired_at),
  ]);
  return table([['what', 'state', 'progress', 'started', 'finished', 'old key retired'], ...rows]);
}

/** What does not open, by the names that people know. */
export function unreadableTable(unreadable: UnreadableDto[], total: number): string {
  const rows = unreadable.map((row) => [
    row.organization_name ?? row.organization_id,
    row.name === null ? row.table : `“${row.name}”`,
    String(row.key_version),
    row.row_id,
    row.reason,
  ]);
  const rest = total - unreadable.length;
  return (
    table([['does not open', 'what', 'version', 'row', 'why'], ...rows]) +
    (rest > 0 ? `\n… and ${rest} more` : '')
  );
}

/** How the keys stand, for a person. */
export function statusText(keys: KeysDto, unreadable: UnreadableDto[]): string {
  const shown = keys.organizations.length;
  const { next_root_key: next } = keys;
  const rest = keys.pagination.total - shown;
  const parts = [
    table([
      ['Root key', `${keys.store}, ${keys.location}`],
      ['Fingerprint', keys.fingerprint],
      ['Key store', keys.key_store.status],
      ...(next
        ? [
            [
              'Next root key',
              `${next.store}, ${next.location}, ${next.problem ?? next.fingerprint ?? 'not made yet'}`,
            ],
          ]
        : []),
      ...keys.root_keys
        .filter(({ active }) => !active)
        .map((key) => [
          'Other root key',
          `${key.fingerprint}, wraps ${count(key.organization_keys, 'organisation key')}${key.available ? '' : ', not to be had'}`,
        ]),
      ['Organisation keys', versionsLine(keys)],
      ['Organisations', `${keys.pagination.total}, ${keys.with_older_versions} with older versions`],
      ['Unreadable', count(keys.unreadable, 'value')],
    ]),
  ];
  if (shown > 0) {
    parts.push(organizationsTable(keys) + (rest > 0 ? `\n… and ${rest} more (--limit)` : ''));
  }
  if (unreadable.length > 0) parts.push(unreadableTable(unreadable, keys.unreadable));
  if (keys.rotations.length > 0) parts.push(rotationsTable(keys.rotations));
  return parts.join('\n\n');
}

import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { Cell, DataTable } from '../../../components/DataTable';
import { Facts } from '../../../components/Facts';
import { Pager } from '../../../components/Pager';
import { Panel } from '../../../components/Panel';
import { plural } from '../../../lib/format';
import { toastDone, toastFailed } from '../../../lib/toast';
import { useVerifySecrets } from '../api/act-on-keys';
import type { Keys, OrganizationKey } from '../api/types';
import { type KeyAct, OrganizationKeyDialog } from './OrganizationKeyDialog';
import { isOpen } from './progress';
import classes from './Rotations.module.css';

interface OrganizationKeysProps {
  keys: Keys;
  onPage: (page: number) => void;
}

/** The keys of organisations, and what can be done with them. */
export function OrganizationKeys({ keys, onPage }: OrganizationKeysProps) {
  const [asked, setAsked] = useState<{ organization: OrganizationKey; act: KeyAct } | null>(null);
  const verify = useVerifySecrets();
  const verifyAll = () =>
    verify.mutate(undefined, {
      onSuccess: () => toastDone('Every stored secret is being opened once. Its progress is shown here.'),
      onError: (error) => toastFailed('Nothing is verified', error),
    });
  const busy = new Set(keys.rotations.filter(isOpen).map(({ kind, organization_id: id }) => `${kind} ${id}`));
  return (
    <Panel
      title="Organisation keys"
      description="Each organisation’s credentials are sealed with its own key. A rotation seals them anew, while everything stays readable."
      actions={
        <Button
          size="xs"
          variant="default"
          loading={verify.isPending}
          disabled={busy.has('verification null')}
          onClick={verifyAll}
        >
          Verify everything
        </Button>
      }
    >
      <Facts
        facts={[
          { label: 'Organisations', value: keys.pagination.total.toLocaleString('en') },
          { label: 'With older versions', value: keys.with_older_versions.toLocaleString('en') },
          { label: 'Unreadable values', value: keys.unreadable.toLocaleString('en') },
        ]}
      />
      <div className={classes.below}>
        <DataTable
          label="Keys of organisations"
          columns={['Organisation', 'Active', 'Older versions', 'Unreadable', 'Actions']}
        >
          {keys.organizations.map((organization) => (
            <OrganizationRow
              key={organization.id}
              organization={organization}
              rotating={busy.has(`organization ${organization.id}`)}
              verifying={busy.has(`verification ${organization.id}`)}
              onAsk={(act) => setAsked({ organization, act })}
            />
          ))}
        </DataTable>
        <Pager
          summary={plural(keys.pagination.total, 'organisation')}
          pagination={keys.pagination}
          onPage={onPage}
        />
      </div>
      {asked && <OrganizationKeyDialog {...asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

interface OrganizationRowProps {
  organization: OrganizationKey;
  rotating: boolean;
  verifying: boolean;
  onAsk: (act: KeyAct) => void;
}

function OrganizationRow({ organization, rotating, verifying, onAsk }: OrganizationRowProps) {
  const { name, slug, active_version: active, older_versions: older, unreadable } = organization;
  const acts: { act: KeyAct; label: string; disabled: boolean }[] = [
    { act: 'rotate', label: 'Rotate', disabled: rotating },
    { act: 'verify', label: 'Verify', disabled: verifying },
    { act: 'retire', label: 'Retire old', disabled: rotating || older.length === 0 },
  ];
  return (
    <tr>
      <Cell>
        <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        <div className={classes.sub}>{slug}</div>
      </Cell>
      <Cell label="Active">
        <span data-numbers>Version {active}</span>
      </Cell>
      <Cell label="Older versions">
        {older.length === 0 ? (
          <span className={classes.sub}>None</span>
        ) : (
          <div className={classes.versions}>
            {older.map(({ version, values }) => (
              <span key={version} data-numbers>
                Version {version}: {values === 0 ? 'not used any more' : plural(values, 'value')}
              </span>
            ))}
          </div>
        )}
      </Cell>
      <Cell label="Unreadable">
        <span className={unreadable > 0 ? classes.skipped : classes.sub}>
          {unreadable === 0 ? 'None' : unreadable.toLocaleString('en')}
        </span>
      </Cell>
      <Cell label="Actions">
        <Group className={classes.acts}>
          {acts.map(({ act, label, disabled }) => (
            <Button
              key={act}
              size="compact-xs"
              variant="default"
              disabled={disabled}
              aria-label={`${label}: ${name}`}
              onClick={() => onAsk(act)}
            >
              {label}
            </Button>
          ))}
        </Group>
      </Cell>
    </tr>
  );
}

import { Button, Code, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { ConfirmDialog } from '../../../components/ConfirmDialog';
import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Notice } from '../../../components/Notice';
import { Panel } from '../../../components/Panel';
import { humanize } from '../../../lib/format';
import { toastDone } from '../../../lib/toast';
import { useRetireKey, useRotateKey } from '../api/act-on-keys';
import type { Keys } from '../api/types';
import { KeyStoreBadge, KeyStoreNotice } from './KeyStoreStatus';

const STORES: Record<string, string> = {
  file: 'A file on the server',
  env: 'An environment variable',
  'aws-kms': 'AWS Key Management Service',
  'vault-transit': 'HashiCorp Vault, Transit engine',
};

const BACKUPS: Record<string, string> = {
  file: 'Copy the file to a place outside this server that only few can read.',
  env: 'Keep its value, or the passphrase, in a place outside this server.',
  'aws-kms':
    'The key cannot leave AWS: forbid its deletion there, and never schedule one while this is in use.',
  'vault-transit': 'Back up Vault itself, and forbid the deletion of the key there.',
};

export function RootKeyPanel({ keys }: { keys: Keys }) {
  const [asking, setAsking] = useState<'rotate' | 'retire' | null>(null);
  const latest = keys.rotations.find(({ kind }) => kind === 'root');
  const retirable = latest?.state === 'completed' && !latest.retired_at;
  const close = () => setAsking(null);
  return (
    <Panel
      title="Root key"
      description="It wraps the key of every organisation, and is itself in no database."
      actions={
        <Group gap="xs">
          {retirable && (
            <Button size="xs" variant="default" onClick={() => setAsking('retire')}>
              Retire the old one…
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => setAsking('rotate')}>
            Rotate…
          </Button>
        </Group>
      }
    >
      <Stack gap="md">
        <KeyStoreNotice />
        <Facts
          rows
          facts={[
            { label: 'Held in', value: STORES[keys.store] ?? humanize(keys.store) },
            { label: 'Key store', value: <KeyStoreBadge /> },
            { label: 'Where', value: <Identifier value={keys.location} label="Copy the location" /> },
            {
              label: 'Fingerprint',
              value: <Identifier value={keys.fingerprint} label="Copy the fingerprint" />,
            },
          ]}
        />
        <Notice tone="warn" title="Keep a backup outside this server">
          Without this key no credential can be opened again, not even from a backup of the database.{' '}
          {BACKUPS[keys.store]}
        </Notice>
      </Stack>
      <RotateRootDialog opened={asking === 'rotate'} onClose={close} />
      <RetireRootDialog opened={asking === 'retire'} onClose={close} />
    </Panel>
  );
}

interface DialogProps {
  opened: boolean;
  onClose: () => void;
}

function RotateRootDialog({ opened, onClose }: DialogProps) {
  const rotate = useRotateKey();
  const close = () => {
    rotate.reset();
    onClose();
  };
  const confirm = () =>
    rotate.mutate(
      { kind: 'root' },
      {
        onSuccess: () => {
          toastDone('The rotation of the root key has begun.');
          close();
        },
      },
    );
  return (
    <ConfirmDialog
      opened={opened}
      title="Rotate the root key?"
      confirm="Rotate the root key"
      pending={rotate.isPending}
      error={rotate.error}
      errorTitle="It was not rotated"
      onConfirm={confirm}
      onClose={close}
    >
      <Stack gap="sm">
        <div>
          Every organisation’s key is wrapped by the new root key, one after the other. Everything stays
          readable meanwhile, and nothing has to be stopped.
        </div>
        <div>
          For a key in a file nothing has to be prepared: the new one is written beside the old. To move to
          another place, set <Code>KEY_STORE_NEXT</Code> and what belongs to it on every replica first, and
          restart them; when the rotation is through, make it the <Code>KEY_STORE</Code>.
        </div>
        <div>Afterwards back up the new key, and then retire the old one.</div>
      </Stack>
    </ConfirmDialog>
  );
}

function RetireRootDialog({ opened, onClose }: DialogProps) {
  const retire = useRetireKey();
  const close = () => {
    retire.reset();
    onClose();
  };
  const confirm = () =>
    retire.mutate(
      { kind: 'root' },
      {
        onSuccess: () => {
          toastDone('The old root key is retired.');
          close();
        },
      },
    );
  return (
    <ConfirmDialog
      opened={opened}
      title="Retire the old root key?"
      confirm="Retire the old root key"
      danger
      pending={retire.isPending}
      error={retire.error}
      errorTitle="It was not retired"
      onConfirm={confirm}
      onClose={close}
    >
      A key file is deleted; a key elsewhere can be disabled there afterwards. Backups of the database from
      before the rotation can be opened only with the old key: keep it with those backups for as long as they
      count.
    </ConfirmDialog>
  );
}

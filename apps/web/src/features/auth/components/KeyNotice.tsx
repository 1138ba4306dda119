import { Group, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Notice } from '../../../components/Notice';
import type { Installation } from '../api/get-installation';
import classes from './KeyNotice.module.css';

const STORES: Record<string, string> = { file: 'A file on this server', env: 'An environment variable' };

/** Where the root key is, how to recognise it, and that it must be backed up. */
export function KeyNotice({ installationKey }: { installationKey: NonNullable<Installation['key']> }) {
  const { store, location, fingerprint } = installationKey;
  return (
    <section className={classes.notice} aria-labelledby="key-title">
      <Group gap="xs">
        <IconKey size={18} aria-hidden />
        <Title order={2} id="key-title">
          The key of this installation
        </Title>
      </Group>
      <Text size="sm">
        Every credential is sealed with this key. It was made for this installation and exists in one place:
      </Text>
      <Facts
        rows
        facts={[
          { label: 'Kept in', value: STORES[store] ?? store },
          {
            label: store === 'file' ? 'File' : 'Variable',
            value: <Identifier value={location} label="Copy the location" />,
          },
          { label: 'Fingerprint', value: <Identifier value={fingerprint} label="Copy the fingerprint" /> },
        ]}
      />
      <Notice tone="warn" title="Back it up now">
        Copy the key to a safe place outside this server, such as a password manager. Without it no credential
        can be opened again, not even from a backup of the database.
      </Notice>
    </section>
  );
}

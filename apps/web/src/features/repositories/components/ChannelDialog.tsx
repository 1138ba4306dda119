import { Modal } from '@mantine/core';
import { useState } from 'react';
import { toastDone, toastFailed } from '../../../lib/toast';
import { useMapChannel, useUnmapChannel } from '../api/map-channel';
import type { Mapping, Repository } from '../api/types';
import { ChannelForm } from './ChannelForm';

interface Subject {
  repository: Repository;
  /** The mapping to change; absent for a new one. */
  mapping?: Mapping;
}

interface ChannelDialogProps {
  integrationId: string;
  subject: Subject | null;
  onClose: () => void;
}

/** Maps a channel to a repository, changes the mapping or takes it away: shown at once, taken back when it fails. */
export function ChannelDialog({ integrationId, subject, onClose }: ChannelDialogProps) {
  // Stays while the dialog fades.
  const [shown, setShown] = useState(subject);
  if (subject && subject !== shown) setShown(subject);
  const map = useMapChannel(integrationId);
  const unmap = useUnmapChannel(integrationId);
  if (!shown) return null;
  const { repository, mapping: before } = shown;

  const save = (mapping: Mapping) => {
    const channel = `#${mapping.channel_name}`;
    onClose();
    map.mutate(
      { repository, mapping },
      {
        onSuccess: () =>
          toastDone(
            before
              ? `The settings of ${channel} are saved.`
              : `${channel} is mapped to ${repository.full_name}.`,
          ),
        onError: (error) =>
          toastFailed(
            before ? `The settings of ${channel} are as before` : `${channel} was not mapped`,
            error,
          ),
      },
    );
  };
  const remove = (mapping: Mapping) => {
    const channel = `#${mapping.channel_name}`;
    onClose();
    unmap.mutate(
      { repository, mapping },
      {
        onSuccess: () => toastDone(`${channel} is no longer mapped to ${repository.full_name}.`),
        onError: (error) => toastFailed(`${channel} is still mapped`, error),
      },
    );
  };

  return (
    <Modal opened={subject !== null} onClose={onClose} withCloseButton={false}>
      <Modal.Title mb="xs">
        {before
          ? `#${before.channel_name} for ${repository.full_name}`
          : `A channel for ${repository.full_name}`}
      </Modal.Title>
      <ChannelForm
        repository={repository}
        mapping={before}
        onSave={save}
        onRemove={remove}
        onCancel={onClose}
      />
    </Modal>
  );
}

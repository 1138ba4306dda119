import { Button, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconBellOff, IconHash, IconPlus } from '@tabler/icons-react';
import type { Mapping, Repository } from '../api/types';
import { problemOf, settingsSummary } from '../mapping';
import classes from './Repositories.module.css';

interface MappedChannelsProps {
  repository: Repository;
  manageable: boolean;
  onMap: (mapping?: Mapping) => void;
}

/** The channels of a repository, each the way to its settings. */
export function MappedChannels({ repository, manageable, onMap }: MappedChannelsProps) {
  const { full_name: name, slack_channels: channels, removed_at: removed } = repository;
  return (
    <div className={classes.channels}>
      {channels.map((mapping) => (
        <Channel
          key={mapping.channel_id}
          mapping={mapping}
          onOpen={manageable ? () => onMap(mapping) : undefined}
        />
      ))}
      {manageable && !removed && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconPlus size={12} aria-hidden />}
          aria-label={`Map a channel to ${name}`}
          onClick={() => onMap()}
        >
          Map
        </Button>
      )}
      {!manageable && channels.length === 0 && <span className={classes.note}>None</span>}
    </div>
  );
}

function Channel({ mapping, onOpen }: { mapping: Mapping; onOpen: (() => void) | undefined }) {
  const summary = settingsSummary(mapping.settings);
  const problem = problemOf(mapping);
  const Icon = problem ? IconAlertTriangle : mapping.settings.muted ? IconBellOff : IconHash;
  const content = (
    <>
      <Icon size={12} aria-hidden />
      {mapping.channel_name}
      {(problem ?? summary) && <VisuallyHidden>, {problem ?? summary}</VisuallyHidden>}
    </>
  );
  return (
    <Tooltip label={problem ?? (summary || 'All events of all branches')}>
      {onOpen ? (
        <UnstyledButton
          className={classes.channel}
          data-problem={problem ? true : undefined}
          onClick={onOpen}
        >
          {content}
        </UnstyledButton>
      ) : (
        <span className={classes.channel} data-problem={problem ? true : undefined}>
          {content}
        </span>
      )}
    </Tooltip>
  );
}

import { IconHash, IconLock, IconUserCheck } from '@tabler/icons-react';
import { Badge, Tag } from '../../../components/Badge';
import { Cell, DataTable } from '../../../components/DataTable';
import { Identifier } from '../../../components/Identifier';
import type { SlackChannel } from '../../../lib/slack-channels';
import classes from './Channels.module.css';

const COLUMNS = ['Channel', 'The bot', 'Members', 'Identifier'];

export function ChannelList({ channels }: { channels: SlackChannel[] }) {
  return (
    <DataTable label="Slack channels" columns={COLUMNS}>
      {channels.map((channel) => (
        <tr key={channel.id}>
          <Cell>
            <ChannelName channel={channel} />
          </Cell>
          <Cell label="The bot">
            {channel.is_member ? (
              <Badge tone="ok" icon={IconUserCheck}>
                Is in it
              </Badge>
            ) : (
              <span className={classes.quiet}>Not invited</span>
            )}
          </Cell>
          <Cell label="Members" quiet>
            <span data-numbers>{channel.num_members?.toLocaleString('en') ?? '–'}</span>
          </Cell>
          <Cell label="Identifier" quiet>
            <Identifier value={channel.id} label={`Copy the identifier of ${channel.name}`} />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}

function ChannelName({ channel }: { channel: SlackChannel }) {
  const { name, is_private: isPrivate } = channel;
  const Icon = isPrivate ? IconLock : IconHash;
  return (
    <span className={classes.name}>
      <Icon size={14} aria-hidden />
      <strong>{name}</strong>
      {isPrivate && <Tag>Private</Tag>}
    </span>
  );
}

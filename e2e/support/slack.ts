/** A channel of the workspace that the counterpart plays. */
interface PlayedChannel {
  id: string;
  name: string;
  is_private?: boolean;
  is_member?: boolean;
  num_members?: number;
}

const CHANNELS: PlayedChannel[] = [
  { id: 'C0000000001', name: 'general', is_member: true, num_members: 1204 },
  { id: 'C0000000002', name: 'deployments', is_member: true, num_members: 42 },
  { id: 'C0000000003', name: 'security', is_private: true, is_member: true, num_members: 6 },
  { id: 'C0000000004', name: 'random', is_member: false, num_members: 310 },
];

const IDENTITY = {
  ok: true,
  team: 'Acme',
  team_id: 'T0ACME',
  user: 'latchkey',
  user_id: 'U0BOT',
  bot_id: 'B01',
};

const shown = ({ is_private = false, is_member = false, ...rest }: PlayedChannel) => ({
  ...rest,
  is_channel: true,
  is_private,
  is_member,
  is_archived: false,
});

/** What Slack's Web API answers to a bot whose token is taken. */
export function slackAnswer(path: string, body: string, scopes: string[]): object {
  const form = new URLSearchParams(body);
  switch (path) {
    case '/api/conversations.list': {
      const kinds = (form.get('types') ?? 'public_channel').split(',');
      const needed = kinds.map((kind) => (kind === 'private_channel' ? 'groups:read' : 'channels:read'));
      if (!needed.every((scope) => scopes.includes(scope))) {
        return { ok: false, error: 'missing_scope', needed: needed.join(','), provided: scopes.join(',') };
      }
      const wanted = CHANNELS.filter((each) =>
        kinds.includes(each.is_private ? 'private_channel' : 'public_channel'),
      );
      return { ok: true, channels: wanted.map(shown), response_metadata: { next_cursor: '' } };
    }
    case '/api/conversations.info': {
      const channel = CHANNELS.find(({ id }) => id === form.get('channel'));
      return channel ? { ok: true, channel: shown(channel) } : { ok: false, error: 'channel_not_found' };
    }
    default:
      return IDENTITY;
  }
}

import type { RouteCall, Stage } from './route-calls.js';

/** A repository that is mapped to a channel: changing how asks nothing of Slack. */
export async function mappedChannel({
  testApp,
  admin,
}: Stage): Promise<{ path: string; slack: string; repository: string }> {
  const { body } = await testApp
    .as(admin)
    .post('/integrations', {
      integration_type_id: 'slack',
      name: `Slack ${crypto.randomUUID()}`,
      config: {},
      credentials: { credential_type: 'api_token', bot_token: 'xoxb-1' },
    })
    .expect(201);
  const slack: string = body.data.integration.id;
  const [repository] = await testApp.sql<{ id: string }>(
    `INSERT INTO repositories (organization_id, id, integration_id, github_id, full_name, visibility, html_url,
       synced_at, created_at)
     VALUES ($1, gen_random_uuid(), $2, 1, 'acme/web', 'private', 'https://github.com/acme/web', now(), now())
     RETURNING id`,
    [admin.organizationId, slack],
  );
  await testApp.sql(
    `INSERT INTO repository_slack_channels (organization_id, repository_id, channel_id, integration_id, channel_name,
       settings, mapped_at, updated_at)
     VALUES ($1, $2, 'C00000001', $3, 'general', '{"events": [], "branch": null, "muted": false}', now(), now())`,
    [admin.organizationId, repository!.id, slack],
  );
  return {
    path: `/repositories/${repository!.id}/slack-channels/C00000001`,
    slack,
    repository: repository!.id,
  };
}

export const SLACK_ROUTE_CALLS: Record<string, RouteCall> = {
  'PUT /api/v1/repositories/{id}/slack-channels/{channel_id}': {
    action: 'repository.slack_channel_mapped',
    call: async (stage) => {
      const { path, slack } = await mappedChannel(stage);
      return stage.testApp
        .as(stage.admin)
        .put(path, { integration_id: slack, settings: { events: ['push'] } });
    },
  },
  'DELETE /api/v1/repositories/{id}/slack-channels/{channel_id}': {
    action: 'repository.slack_channel_unmapped',
    call: async (stage) => stage.testApp.as(stage.admin).delete((await mappedChannel(stage)).path),
  },
};

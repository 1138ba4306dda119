import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from './support/counterpart.js';
import { repository } from './support/github.js';
import { GitHubStage } from './support/github-stage.js';

let stage: GitHubStage;

beforeAll(async () => {
  stage = await GitHubStage.start({
    LATCHKEY_ROLE: 'all',
    PUBLIC_URL: 'http://localhost:3000',
    EGRESS_HOST_MAP: '',
  });
});

afterAll(() => stage.close());

describe('with the queue at work', () => {
  it('says that GitHub cannot reach a local address, and what works all the same', async () => {
    const { body } = await stage.api.post('/github-app/manifest').expect(200);
    expect(body.message).toMatch(
      /^GitHub cannot reach http:\/\/localhost:3000.*Installing, tokens and reading the repositories work/,
    );
  });
});

describe('an installation', () => {
  let mapped: GitHubStage;

  beforeAll(async () => {
    mapped = await GitHubStage.start({ LATCHKEY_ROLE: 'all' });
  });

  afterAll(() => mapped.close());

  it('is read, watched, and follows what GitHub tells, without anybody doing anything', async () => {
    mapped.github.repositories = [repository(1), repository(2)];
    const id = await mapped.connected(7000, 'at-work');
    const read = (count: number) => async () => {
      const { repositories, sync } = await mapped.repositories(id);
      const there = repositories.filter((each: { removed_at: string | null }) => each.removed_at === null);
      return sync?.state === 'completed' && there.length === count;
    };
    await eventually(read(2), 'the first sync');
    await eventually(async () => (await mapped.integration(id)).status === 'active', 'the first check');

    mapped.github.repositories.push(repository(3));
    await mapped
      .deliver('installation_repositories', { action: 'added', installation: { id: 7000 } })
      .expect(202);
    await eventually(read(3), 'the third repository');

    mapped.github.installations.delete(7000);
    await mapped.deliver('installation', { action: 'deleted', installation: { id: 7000 } }).expect(202);
    await eventually(async () => (await mapped.integration(id)).status === 'needs_reauth', 'the end');
    const told = async () => {
      const { body } = await mapped.api.get('/notifications').expect(200);
      return body.data.notifications.some(
        ({ kind }: { kind: string }) => kind === 'integration.needs_reauth',
      );
    };
    await eventually(told, 'the notification');
  });
});

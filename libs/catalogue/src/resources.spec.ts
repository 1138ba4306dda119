import { describe, expect, it } from '@jest/globals';
import { manifestOf, NOW, response, SECRETS, wayOf } from '../test/support.js';
import { choosableResources, judgeResourcePage, readResourcePage, resourceRequest } from './resources.js';

const listOf = (type: string, mode = 'oauth2') => {
  const manifest = manifestOf(type);
  const way = wayOf(manifest, mode);
  const [resource] = choosableResources(manifest, way);
  if (!resource) throw new Error(`${type} has nothing to choose`);
  const request = (next?: string) =>
    resourceRequest(manifest, way, resource, {}, { access_token: SECRETS[0] }, next);
  return { manifest, way, resource, request };
};

describe('lists to choose from', () => {
  it.each([
    ['supabase', 'https://api.supabase.com/v1/projects'],
    ['vercel', 'https://api.vercel.com/v2/teams?limit=100'],
    ['netlify', 'https://api.netlify.com/api/v1/sites?per_page=100'],
    [
      'google_cloud',
      'https://cloudresourcemanager.googleapis.com/v1/projects?pageSize=500&filter=lifecycleState%3AACTIVE',
    ],
  ])('%s', (type, url) => {
    expect(listOf(type).request()).toMatchObject({
      method: 'GET',
      url,
      headers: { Authorization: `Bearer ${SECRETS[0]}` },
      tlsVerify: true,
    });
  });

  it('are only those that the way can list', () => {
    const supabase = manifestOf('supabase');
    expect(choosableResources(supabase, wayOf(supabase, 'project_api_key'))).toEqual([]);
    expect(choosableResources(supabase, wayOf(supabase, 'access_token'))).toHaveLength(1);
    expect(choosableResources(manifestOf('argocd'), wayOf(manifestOf('argocd')))).toEqual([]);
  });

  it('keep of each what the manifest says', () => {
    const { resource, request } = listOf('supabase');
    const answer = response(200, [
      {
        id: 'abc',
        name: 'Shop',
        region: 'eu',
        status: 'ACTIVE_HEALTHY',
        organization_id: 'o',
        database: { a: 1 },
      },
      { id: 'def' },
      { name: 'without an ID' },
      'text',
      { id: 5, name: 'Line\nbreak' },
    ]);
    expect(readResourcePage(resource, request().url, answer)).toEqual({
      items: [
        {
          id: 'abc',
          name: 'Shop',
          details: { region: 'eu', status: 'ACTIVE_HEALTHY', organization_id: 'o' },
        },
        { id: 'def', name: 'def', details: {} },
        { id: '5', name: 'Line break', details: {} },
      ],
    });
  });

  it('are none where the answer has no list', () => {
    const { resource, request } = listOf('google_cloud');
    expect(readResourcePage(resource, request().url, response(200, {}))).toEqual({ items: [] });
  });

  it('go on with a cursor', () => {
    const { resource, request } = listOf('vercel');
    const page = readResourcePage(
      resource,
      request().url,
      response(200, { teams: [{ id: 't', name: 'A', slug: 'a' }], pagination: { next: 1_700_000_000_000 } }),
    );
    expect(page).toMatchObject({ items: [{ id: 't' }], next: '1700000000000' });
    expect(request(page.next).url).toBe('https://api.vercel.com/v2/teams?limit=100&until=1700000000000');
    const last = readResourcePage(
      resource,
      request().url,
      response(200, { teams: [], pagination: { next: null } }),
    );
    expect(last.next).toBeUndefined();
  });

  it('go on with a Link header, and never lead the credential elsewhere', () => {
    const { resource, request } = listOf('netlify');
    const linked = (link: string) =>
      readResourcePage(resource, request().url, response(200, [], { link })).next;
    const page2 = 'https://api.netlify.com/api/v1/sites?page=2&per_page=100';
    expect(linked(`<${page2}>; rel="next", <${page2}0>; rel="last"`)).toBe(page2);
    expect(
      linked(`<https://api.netlify.com/api/v1/sites?page=1>; rel="prev"; title="a", <${page2}>; rel=next`),
    ).toBe(page2);
    expect(linked('</api/v1/sites?page=2&per_page=100>; rel="next"')).toBe(page2);
    expect(linked(`<${page2}>; rel="last"`)).toBeUndefined();
    expect(linked('<https://evil.example.com/api/v1/sites?page=2>; rel="next"')).toBeUndefined();
    expect(linked('<https://api.netlify.com/api/v1/user>; rel="next"')).toBeUndefined();
    expect(request(page2).url).toBe(page2);
    expect(request('https://evil.example.com/api/v1/sites?page=2').url).toBe(request().url);
  });

  it('say what stood in the way', () => {
    const { manifest, way, resource } = listOf('supabase');
    const judge = (status: number, body: unknown) =>
      judgeResourcePage(manifest, way, resource, response(status, body), NOW);
    expect(judge(200, [])).toEqual({ ok: true, details: {} });
    expect(judge(401, {})).toMatchObject({ ok: false, kind: 'auth', reason: 'Supabase refused the token' });
    expect(judge(429, {})).toMatchObject({ ok: false, kind: 'rate_limited' });
    expect(judge(200, '<html>')).toMatchObject({ ok: false, kind: 'bad_response' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/test-app.js';

let testApp: TestApp;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

describe('an address of before there were versions', () => {
  const moved: [method: 'get' | 'post' | 'put' | 'patch' | 'delete', from: string, to: string][] = [
    ['get', '/api/oauth/callback?code=a%2Fb&state=c', '/api/v1/oauth/callback?code=a%2Fb&state=c'],
    ['post', '/api/oauth/callback', '/api/v1/oauth/callback'],
    ['get', '/api/integrations', '/api/v1/integrations'],
    ['get', '/api/integrations?page=2&q=a+b', '/api/v1/integrations?page=2&q=a+b'],
    ['post', '/api/integrations', '/api/v1/integrations'],
    ['post', '/api/integrations/some-id/test', '/api/v1/integrations/some-id/test'],
    ['get', '/api/connections', '/api/v1/integrations'],
    ['get', '/api/connections/some-id', '/api/v1/integrations/some-id'],
    ['put', '/api/connections/some-id/resources', '/api/v1/integrations/some-id/resources'],
    ['patch', '/api/connections/some-id', '/api/v1/integrations/some-id'],
    ['delete', '/api/connections/some-id?x=%20', '/api/v1/integrations/some-id?x=%20'],
    ['get', '/api/integrations//evil.example/', '/api/v1/integrations//evil.example/'],
  ];

  it.each(moved)('%s %s', async (method, from, to) => {
    const { headers } = await testApp.http[method](from).expect(308);

    expect(headers.location).toBe(to);
    expect(headers['x-request-id']).toBeDefined();
  });

  it('says so before it looks at the body', async () => {
    const { headers } = await testApp.http
      .post('/api/connections')
      .set('content-type', 'text/csv')
      .send('a,b')
      .expect(308);

    expect(headers.location).toBe('/api/v1/integrations');
  });

  it('is not one that only begins like one', async () => {
    await testApp.http.get('/api/integrationsanddisplays').expect(404);
    await testApp.http.get('/api/oauth/callbacks').expect(404);
  });
});

import { describe, expect, it } from '@jest/globals';
import { openerPolicy } from './security-headers.js';

describe('which windows keep hold of each other', () => {
  it.each(['/', '/integrations', '/integrations/new?type=slack', '/connect/resultant'])(
    'the page %s sees the windows that it opens, and is seen by nobody',
    (url) => expect(openerPolicy(url)).toBe('same-origin-allow-popups'),
  );

  it.each(['/connect/result', '/connect/result?flow=connect', '/api/v1/oauth/callback?code=x'])(
    'what such a window comes back to is not cut off from it (%s)',
    (url) => expect(openerPolicy(url)).toBe('unsafe-none'),
  );

  it.each(['/api/v1/integrations', '/api/docs', '/api/v1/oauth/callbacks'])(
    '%s is as strict as can be',
    (url) => expect(openerPolicy(url)).toBeUndefined(),
  );
});

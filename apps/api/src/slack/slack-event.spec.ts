import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isChannelId, readEvent } from './slack-event.js';

const wrapped = (event: object, more: object = {}) => ({
  type: 'event_callback',
  event_id: 'Ev1',
  team_id: 'T1',
  event,
  ...more,
});

describe('what an event concerns', () => {
  it('is the workspaces and organisations that it names, each once', () => {
    const body = wrapped(
      { type: 'app_uninstalled' },
      {
        enterprise_id: 'E1',
        authorizations: [{ team_id: 'T2', enterprise_id: 'E1' }, { team_id: null }, 'nonsense', null],
      },
    );
    expect(readEvent(body)?.accounts).toEqual(['T1', 'E1', 'T2']);
  });

  it('is the channel, whichever way it is named', () => {
    expect(readEvent(wrapped({ type: 'channel_archive', channel: 'C1' }))?.channelId).toBe('C1');
    expect(readEvent(wrapped({ type: 'channel_rename', channel: { id: 'C1' } }))?.channelId).toBe('C1');
    expect(readEvent(wrapped({ type: 'channel_rename', channel: { id: 'D1' } }))).toBeUndefined();
  });

  it('is the bot, unless only tokens of people were revoked', () => {
    const revoked = (tokens: unknown) => readEvent(wrapped({ type: 'tokens_revoked', tokens }));
    expect(revoked({ oauth: ['U1'], bot: [] })).toBeUndefined();
    expect(revoked({ oauth: ['U1'], bot: ['U2'] })).toBeDefined();
    expect(revoked(undefined)).toBeDefined();
  });

  it('is found in anything that is JSON without a fault of ours', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (event, accounts) => {
        const read = readEvent(wrapped(event as object, { team_id: accounts, authorizations: accounts }));
        expect(read === undefined || typeof read.type === 'string').toBe(true);
      }),
    );
  });
});

describe('the id of a channel', () => {
  it.each(['C024BE91L', 'G024BE91L'])('is one: %s', (id) => expect(isChannelId(id)).toBe(true));
  it.each(['', 'D024BE91L', 'c024be91l', 'C1/../x', 'C1\0', 'C'])('is none: %j', (id) =>
    expect(isChannelId(id)).toBe(false),
  );
});

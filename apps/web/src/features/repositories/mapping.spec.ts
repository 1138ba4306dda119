import { describe, expect, it } from '@jest/globals';
import { EVENTS, type Mapping, type MappingSettings, type Repository } from './api/types';
import { draftOf, settingsOf, settingsSummary, settingsToSend, withMapping, withoutMapping } from './mapping';

const ALL: MappingSettings = { events: [...EVENTS], branch: null, muted: false };

const mapping = (id: string, settings = ALL): Mapping => ({
  channel_id: id,
  channel_name: `name-of-${id}`,
  integration_id: '01a1f807-0207-76e0-853d-88b57005c87d',
  settings,
  problem: null,
  mapped_at: '2026-01-01T00:00:00.000Z',
});

const repository = (...channels: Mapping[]) =>
  ({ id: 'r', full_name: 'acme/shop', slack_channels: channels }) as unknown as Repository;

const ids = ({ slack_channels: channels }: Repository) => channels.map(({ channel_id: id }) => id);

describe('a channel that is mapped before the server knows', () => {
  it('comes after the others', () => {
    expect(ids(withMapping(repository(mapping('C1')), mapping('C2')))).toEqual(['C1', 'C2']);
  });

  it('takes its own place when it was mapped before', () => {
    const muted = { ...ALL, muted: true };
    const changed = withMapping(repository(mapping('C1'), mapping('C2')), mapping('C1', muted));
    expect(ids(changed)).toEqual(['C1', 'C2']);
    expect(changed.slack_channels[0]?.settings.muted).toBe(true);
  });

  it('goes alone', () => {
    expect(ids(withoutMapping(repository(mapping('C1'), mapping('C2')), 'C1'))).toEqual(['C2']);
  });

  it('leaves the repository as it was, so that it can be put back', () => {
    const before = repository(mapping('C1'));
    withMapping(before, mapping('C2'));
    withoutMapping(before, 'C1');
    expect(ids(before)).toEqual(['C1']);
  });
});

describe('the settings of a mapping', () => {
  it('are all events of all branches to begin with', () => {
    expect(draftOf(undefined)).toEqual({ events: EVENTS, branch: '', muted: false });
  });

  it.each<MappingSettings>([
    ALL,
    { events: [], branch: 'main', muted: true },
    { ...ALL, events: ['release'] },
  ])('come back from the form as they went in: %j', (settings) => {
    expect(settingsOf(draftOf(settings))).toEqual(settings);
  });

  it('say nothing of a branch that was not named', () => {
    expect(settingsToSend(settingsOf({ events: ['push'], branch: '  ', muted: false }))).toEqual({
      events: ['push'],
      muted: false,
    });
    expect(settingsToSend({ ...ALL, branch: 'main' })).toMatchObject({ branch: 'main' });
  });

  it.each<[MappingSettings, string]>([
    [ALL, ''],
    [{ ...ALL, events: ['release', 'push'] }, 'Pushes, releases'],
    [{ ...ALL, events: [] }, 'No events'],
    [{ ...ALL, branch: 'main', muted: true }, 'only main · muted'],
    [{ events: ['issue'], branch: 'v2', muted: true }, 'Issues · only v2 · muted'],
  ])('%j are told as “%s”', (settings, told) => {
    expect(settingsSummary(settings)).toBe(told);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  CREDENTIAL_EVENTS,
  CREDENTIAL_STATES,
  type CredentialEvent,
  type CredentialState,
  REFRESHABLE_STATES,
  step,
} from './credential-lifecycle.js';

/** A credential whose versions are numbered as they come. */
interface Life {
  state: CredentialState;
  current: number;
  previous: number | null;
  /** The newest version that the service is known to have accepted. */
  proven: number | null;
  made: number;
  /** The newest that an issuer made: it may have used up all before it. */
  issued: number;
}

const BORN: Life = { state: 'created', current: 1, previous: null, proven: null, made: 1, issued: 0 };
const REVIVING: readonly CredentialEvent[] = ['replaced', 'authorised'];
const ENDING: readonly CredentialEvent[] = [...REVIVING, 'proven'];
const ISSUING: readonly CredentialEvent[] = ['refreshed', 'authorised'];

function live(life: Life, event: CredentialEvent): Life {
  const next = step(life.state, event, life.previous !== null);
  if (!next) return life;
  const { state } = next;
  const newer = { current: life.made + 1, made: life.made + 1 };
  switch (next.versions) {
    case 'keep':
      return { ...life, state };
    case 'advance':
      return { ...life, ...newer, state, previous: life.previous ?? life.current };
    case 'overwrite':
      return {
        ...life,
        ...newer,
        state,
        previous: null,
        proven: null,
        issued: ISSUING.includes(event) ? newer.current : life.issued,
      };
    case 'settle':
      return { ...life, state, previous: null, proven: event === 'proven' ? life.current : life.proven };
    case 'restore':
      return { ...life, state, current: life.previous ?? Number.NaN, previous: null };
  }
}

const events = fc.array(fc.constantFrom(...CREDENTIAL_EVENTS), { maxLength: 60 });
const states = fc.constantFrom(...CREDENTIAL_STATES);

const lifeOf = (sequence: CredentialEvent[]): Life[] => {
  const lives = [BORN];
  for (const event of sequence) lives.push(live(lives.at(-1)!, event));
  return lives;
};

describe('the life of a credential, whatever happens to it', () => {
  it('never loses the version that is proven before a newer one is', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        for (const { state, current, previous, proven } of lifeOf(sequence)) {
          if (state === 'revoked' || proven === null) continue;
          expect([current, previous]).toContain(proven);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps a version before the current one only while that is not proven', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        for (const { state, current, previous, proven } of lifeOf(sequence)) {
          if (state === 'created' || state === 'revoked') expect(previous).toBeNull();
          if (previous === null) continue;
          expect(previous).toBeLessThan(current);
          expect(proven).not.toBe(current);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('never goes back to what a refresh or a consent has used up', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        for (const { current, previous, issued } of lifeOf(sequence)) {
          expect(current).toBeGreaterThanOrEqual(issued);
          if (previous !== null) expect(previous).toBeGreaterThanOrEqual(issued);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('is new with each refresh and each consent, from every state in which they mean something', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(...ISSUING), (sequence, event) => {
        const before = lifeOf(sequence).at(-1)!;
        const after = live(before, event);
        if (event === 'refreshed' && before.state !== 'refreshing') expect(after).toEqual(before);
        else expect(after).toMatchObject({ state: 'updated', current: before.made + 1, previous: null });
      }),
    );
  });

  it('may be refreshed in every state but where it was withdrawn, also after a refresh without an end', () => {
    for (const state of CREDENTIAL_STATES)
      expect(step(state, 'refresh_started', false)?.state).toBe(
        state === 'revoked' ? undefined : 'refreshing',
      );
    expect(REFRESHABLE_STATES).toEqual(CREDENTIAL_STATES.filter((state) => state !== 'revoked'));
  });

  it('is settled by an acceptance, from every state but the one where a refresh is awaited', () => {
    fc.assert(
      fc.property(events, (sequence) => {
        const before = lifeOf(sequence).at(-1)!;
        const after = live(before, 'proven');
        if (before.state === 'refreshing') expect(after).toEqual(before);
        else expect(after).toMatchObject({ state: 'active', current: before.current, previous: null });
      }),
    );
  });

  it('that was withdrawn only comes back by another or an acceptance, and nothing of before is kept', () => {
    fc.assert(
      fc.property(
        events,
        fc.array(fc.constantFrom(...CREDENTIAL_EVENTS.filter((event) => !ENDING.includes(event)))),
        (sequence, late) => {
          const withdrawn = live(lifeOf(sequence).at(-1)!, 'revoked');
          expect(withdrawn).toMatchObject({ state: 'revoked', previous: null });
          expect(late.reduce(live, withdrawn)).toEqual(withdrawn);
          for (const event of REVIVING)
            expect(live(withdrawn, event)).toMatchObject({ state: 'updated', previous: null });
          const accepted = { state: 'active', current: withdrawn.current, previous: null };
          expect(live(withdrawn, 'proven')).toMatchObject(accepted);
        },
      ),
    );
  });

  it('means nothing when an event comes late: the state stays', () => {
    fc.assert(
      fc.property(states, fc.boolean(), (state, hasPrevious) => {
        if (state !== 'refreshing') {
          expect(step(state, 'refreshed', hasPrevious)).toBeUndefined();
          expect(step(state, 'refresh_failed', hasPrevious)).toBeUndefined();
        }
        if (state !== 'updated' || !hasPrevious) expect(step(state, 'refused', hasPrevious)).toBeUndefined();
      }),
    );
  });
});

describe('a life as the seed draws it', () => {
  it.each<[CredentialEvent[], Partial<Life>]>([
    [['proven'], { state: 'active' }],
    [['proven', 'refresh_started'], { state: 'refreshing', current: 1, previous: null }],
    [['proven', 'refresh_started', 'refreshed'], { state: 'updated', current: 2, previous: null }],
    [['proven', 'refresh_started', 'refreshed', 'proven'], { state: 'active', current: 2, previous: null }],
    [['proven', 'refresh_started', 'refreshed', 'refused'], { state: 'updated', current: 2, previous: null }],
    [['proven', 'authorised', 'refused'], { state: 'updated', current: 2, previous: null }],
    [
      ['proven', 'replaced', 'refresh_started', 'refreshed', 'refused'],
      { state: 'updated', current: 3, previous: null },
    ],
    [['proven', 'refresh_started', 'refresh_started', 'refreshed'], { state: 'updated', current: 2 }],
    [['proven', 'refresh_started', 'refreshed', 'revoked'], { state: 'revoked' }],
    [['proven', 'refresh_started', 'refresh_failed'], { state: 'active', current: 1 }],
    [['proven', 'expired', 'revoked'], { state: 'revoked' }],
    [['proven', 'revoked', 'proven'], { state: 'active', current: 1 }],
    [['proven', 'expired', 'refresh_started', 'refreshed'], { state: 'updated', current: 2, previous: null }],
    [['proven', 'replaced', 'replaced'], { state: 'updated', current: 3, previous: 1 }],
    [
      ['proven', 'replaced', 'refresh_started', 'refresh_failed'],
      { state: 'updated', current: 2, previous: 1 },
    ],
    [['refused'], { state: 'created', current: 1 }],
  ])('%j ends as %j', (sequence, end) => {
    expect(lifeOf(sequence).at(-1)).toMatchObject(end);
  });
});

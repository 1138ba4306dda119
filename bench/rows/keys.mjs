// Rotation of keys.
import { sideBySide } from '../loops.mjs';

/** What is under way at once, and what was not collected yet; it does not depend on how many there are. */
const MOST_GROWN_MIB = 96;

/** @param rotate also answers by how much memory grew. */
async function rotated(rotate, update) {
  let grown = 0;
  const row = await sideBySide(
    async () => {
      const result = await rotate();
      grown = Math.max(grown, result.grown_mib);
      return result;
    },
    update,
    2,
  );
  return { ...row, grown_mib: grown };
}

export const KEYS = [
  {
    what: 'organisation key rotation, credentials a second',
    against: 'a bulk UPDATE of the same rows with values from the client',
    reach: 0.3,
    most: { grown_mib: MOST_GROWN_MIB },
    measure: ({ ask, organizationId }) =>
      rotated(
        () => ask('rotateOrganization', organizationId),
        () => ask('updateCredentials', organizationId),
      ),
  },
  {
    what: 'root key rotation, organisations a second',
    against: 'a bulk UPDATE of the same rows with values from the client',
    reach: 0.3,
    most: { grown_mib: MOST_GROWN_MIB },
    measure: async ({ ask }) => {
      await ask('multiplyOrganizations', Number(process.env.BENCH_ORGANIZATIONS ?? 10_000));
      return rotated(
        () => ask('rotateRoot'),
        () => ask('updateOrganizationKeys'),
      );
    },
  },
];

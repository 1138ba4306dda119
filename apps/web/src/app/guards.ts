import { type ParsedLocation, redirect } from '@tanstack/react-router';
import { installationQuery } from '../features/auth/api/get-installation';
import { queryClient } from '../lib/query-client';
import { restoreSession } from '../lib/session';

/** Lets only signed-in people through; the others go to the sign-in, or to the set-up of an empty installation. */
export async function requireSession({ location }: { location: ParsedLocation }): Promise<void> {
  if (await restoreSession()) return;
  const { initialized } = await queryClient.ensureQueryData(installationQuery);
  if (!initialized) throw redirect({ to: '/setup', replace: true });
  throw redirect({ to: '/sign-in', search: { redirect: location.href }, replace: true });
}

/** Lets only strangers through, each to the page that the installation is ready for. */
export async function requireStranger({ location }: { location: ParsedLocation }): Promise<void> {
  if (await restoreSession()) throw redirect({ to: '/integrations', replace: true });
  const { initialized } = await queryClient.ensureQueryData(installationQuery);
  const settingUp = location.pathname === '/setup';
  if (!initialized && !settingUp) throw redirect({ to: '/setup', replace: true });
  if (initialized && settingUp) throw redirect({ to: '/sign-in', replace: true });
}

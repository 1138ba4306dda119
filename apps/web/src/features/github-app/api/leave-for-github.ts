import { useMutation } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';
import { leaveTo } from '../../../lib/leave-to';

/** Each of these ends on GitHub: what comes back lands on the page of results. */

export function useCreateApp() {
  return useMutation({
    mutationFn: (body: Schemas['StartManifestDto']) =>
      unwrap(api.POST('/api/v1/github-app/manifest', { body })),
    onSuccess: ({ authorization_url: url }) => leaveTo(url),
  });
}

export function useInstallApp() {
  return useMutation({
    mutationFn: (appId: string) =>
      unwrap(api.POST('/api/v1/github-app/install', { body: { app_id: appId } })),
    onSuccess: ({ authorization_url: url }) => leaveTo(url),
  });
}

export function useClaimInstallation() {
  return useMutation({
    mutationFn: (body: Schemas['ClaimInstallationDto']) =>
      unwrap(api.POST('/api/v1/github-app/claim', { body })),
    onSuccess: ({ authorization_url: url }) => leaveTo(url),
  });
}

import { randomBytes } from 'node:crypto';
import { appParameter, webhookUrl } from '../github-app.js';

const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => NAMES[character]!);

export interface PlannedApp {
  organizationId: string;
  /** Its id here, chosen before it is made, so that its addresses can name it. */
  ref: string;
  name: string;
  /** False: GitHub could not send us anything, and would not take the address. */
  reachable: boolean;
}

/** https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest */
export function appManifest(publicUrl: URL, { organizationId, ref, name, reachable }: PlannedApp): object {
  const base = `${publicUrl.origin}/api/v1/github-app`;
  return {
    name,
    url: publicUrl.origin,
    description:
      'Lets Latchkey read which repositories there are, and make calls for the programs it serves.',
    // Present at all, it needs an address that GitHub can reach; installations are told of without being asked for.
    ...(reachable && {
      hook_attributes: { url: webhookUrl(publicUrl, organizationId, ref), active: true },
      default_events: ['repository'],
    }),
    redirect_url: `${base}/manifest/callback`,
    callback_urls: [`${base}/callback`],
    setup_url: `${base}/setup${appParameter(organizationId, ref)}`,
    setup_on_update: true,
    request_oauth_on_install: false,
    public: false,
    default_permissions: { metadata: 'read', contents: 'read' },
  };
}

/** Where GitHub takes the manifest. */
export function manifestTarget(webUrl: string, organization: string | null, state: string): string {
  const owner = organization === null ? '' : `/organizations/${encodeURIComponent(organization)}`;
  return `${webUrl}${owner}/settings/apps/new?state=${encodeURIComponent(state)}`;
}

export interface ManifestPage {
  html: string;
  /** Its own Content-Security-Policy: the form may go to that GitHub, and back to us from there. */
  policy: string;
}

/** A page whose one button takes the manifest to GitHub: that takes it by a form only. */
export function manifestPage(target: string, manifest: object, appName: string): ManifestPage {
  const { origin, host } = new URL(target);
  const nonce = randomBytes(16).toString('base64');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Make the GitHub App</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 26rem; padding: 2rem; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
button { font: inherit; font-weight: 600; padding: .6rem 1.2rem; border: 0; border-radius: .5rem; background: #1f6feb; color: #fff; cursor: pointer; }
button:focus-visible { outline: 3px solid currentcolor; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>Make the GitHub App</h1>
<p>GitHub shows what “${escaped(appName)}” may do and asks you to confirm. It comes back to Latchkey with the App’s keys; nothing has to be copied.</p>
<form method="post" action="${escaped(target)}">
<input type="hidden" name="manifest" value="${escaped(JSON.stringify(manifest))}">
<button type="submit">Continue to GitHub</button>
</form>
<p>You are going to ${escaped(host)}.</p>
</main>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `form-action ${origin} 'self'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { html, policy };
}

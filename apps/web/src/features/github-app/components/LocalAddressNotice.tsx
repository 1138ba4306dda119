import { Notice } from '../../../components/Notice';
import { isLocalHost } from '../addresses';
import type { GithubApp } from '../api/types';

/** Where this installation is reached, as far as anybody can tell: what the Apps were told, else the page's own address. */
function addressOf(apps: GithubApp[]): string {
  const told = apps.find(({ hook }) => hook?.url)?.hook?.url;
  return new URL(told ?? window.location.href).hostname;
}

/** Says that GitHub cannot call back, before somebody wonders why nothing changes by itself. */
export function LocalAddressNotice({ apps }: { apps: GithubApp[] }) {
  const host = addressOf(apps);
  const outside = apps.length === 0 || apps.some(({ web_url: url }) => !isLocalHost(new URL(url).hostname));
  if (!outside || !isLocalHost(host)) return null;
  return (
    <Notice tone="warn" title="GitHub cannot send news to this address">
      Latchkey runs at {host}, which is not reached from the internet. Connecting works. Renamed, added or
      removed repositories show after the next sync, and not at once. PUBLIC_URL says under which address
      Latchkey is reached.
    </Notice>
  );
}

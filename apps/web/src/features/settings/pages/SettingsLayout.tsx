import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Page } from '../../../components/Page';
import { useCan, useMe } from '../../../lib/me';
import classes from './SettingsLayout.module.css';

const PERSONAL = [
  { to: '/settings/profile', label: 'Profile' },
  { to: '/settings/appearance', label: 'Appearance' },
] as const;
const ORGANIZATION = { to: '/settings/organization', label: 'Organisation' } as const;
const TOKENS = { to: '/settings/tokens', label: 'Service tokens' } as const;
const GITHUB_APPS = { to: '/settings/github-apps', label: 'GitHub Apps' } as const;
const KEYS = { to: '/settings/keys', label: 'Encryption keys' } as const;

export function SettingsLayout() {
  const { is_super_admin: isSuperAdmin } = useMe();
  const can = useCan();
  const links = [
    ...PERSONAL,
    ORGANIZATION,
    ...(can('tokens:manage') ? [TOKENS] : []),
    ...(can('integrations:create') ? [GITHUB_APPS] : []),
    ...(isSuperAdmin ? [KEYS] : []),
  ];
  const { pathname } = useLocation();
  const nav = useRef<HTMLElement>(null);
  // On a telephone the links are one line that scrolls.
  useEffect(() => {
    const all = Array.from(nav.current?.querySelectorAll('a') ?? []);
    const active = all.find((link) => pathname.startsWith(new URL(link.href).pathname));
    active?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <Page title="Settings">
      <div className={classes.layout}>
        <nav ref={nav} className={classes.links} aria-label="Settings">
          {links.map(({ to, label }) => (
            <Link key={to} to={to} className={classes.link}>
              {label}
            </Link>
          ))}
        </nav>
        <div className={classes.content}>
          <Outlet />
        </div>
      </div>
    </Page>
  );
}

import { Link, Outlet } from '@tanstack/react-router';
import { Page } from '../../../components/Page';
import { useMe } from '../../../lib/me';
import classes from './SettingsLayout.module.css';

const personal = [
  { to: '/settings/profile', label: 'Profile' },
  { to: '/settings/organization', label: 'Organisation' },
  { to: '/settings/appearance', label: 'Appearance' },
] as const;

export function SettingsLayout() {
  const { is_super_admin: isSuperAdmin } = useMe();
  const links = isSuperAdmin
    ? [...personal, { to: '/settings/installation', label: 'Installation' } as const]
    : personal;
  return (
    <Page title="Settings">
      <div className={classes.layout}>
        <nav className={classes.links} aria-label="Settings">
          {links.map(({ to, label }) => (
            <Link key={to} to={to} className={classes.link}>
              {label}
            </Link>
          ))}
        </nav>
        <Outlet />
      </div>
    </Page>
  );
}

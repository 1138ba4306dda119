import { Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconPlugConnected,
  IconSettings,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Brand } from '../../components/Brand';
import classes from './Sidebar.module.css';

const links = [
  { to: '/integrations', label: 'Integrations', icon: IconPlugConnected },
  { to: '/settings', label: 'Settings', icon: IconSettings },
] as const;

interface SidebarProps {
  collapsed: boolean;
  /** Absent in the drawer of a narrow screen, which does not collapse. */
  onToggle?: () => void;
  onNavigate?: () => void;
}

export function Sidebar({ collapsed, onToggle, onNavigate }: SidebarProps) {
  const ToggleIcon = collapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const toggleLabel = collapsed ? 'Expand the navigation' : 'Collapse';
  return (
    <nav className={classes.sidebar} aria-label="Main">
      <Link to="/integrations" className={classes.brand} onClick={onNavigate} aria-label="Latchkey, home">
        <Brand compact={collapsed} />
      </Link>
      <ul className={classes.links}>
        {links.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Tooltip label={label} position="right" disabled={!collapsed}>
              <Link
                to={to}
                className={classes.link}
                onClick={onNavigate}
                activeOptions={{ includeSearch: false }}
              >
                <Icon size={18} stroke={1.7} aria-hidden />
                {collapsed ? <VisuallyHidden>{label}</VisuallyHidden> : label}
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
      {onToggle && (
        <Tooltip label={toggleLabel} position="right" disabled={!collapsed}>
          <UnstyledButton className={classes.link} onClick={onToggle} aria-expanded={!collapsed}>
            <ToggleIcon size={18} stroke={1.7} aria-hidden />
            {collapsed ? <VisuallyHidden>{toggleLabel}</VisuallyHidden> : toggleLabel}
          </UnstyledButton>
        </Tooltip>
      )}
    </nav>
  );
}

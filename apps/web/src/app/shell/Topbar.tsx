import { ActionIcon, UnstyledButton } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import { NotificationBell } from '../../features/notifications/components/NotificationBell';
import { useMe } from '../../lib/me';
import { AccountMenu } from './AccountMenu';
import classes from './Topbar.module.css';

interface TopbarProps {
  onOpenMenu: () => void;
  onOpenPalette: () => void;
}

export function Topbar({ onOpenMenu, onOpenPalette }: TopbarProps) {
  const { organization } = useMe();
  const apple = ['macos', 'ios'].includes(useOs());
  const name = organization?.name ?? 'No organisation';
  return (
    <header className={classes.topbar}>
      <div className={classes.start}>
        <div className={classes.menu}>
          <ActionIcon size="lg" aria-label="Open the navigation" onClick={onOpenMenu}>
            <IconMenu2 size={18} aria-hidden />
          </ActionIcon>
        </div>
        <div className={classes.organization}>
          <span className={classes.initial} aria-hidden>
            {name.charAt(0).toUpperCase()}
          </span>
          <span title={name}>{name}</span>
        </div>
      </div>
      <div className={classes.end}>
        <UnstyledButton
          className={classes.search}
          onClick={onOpenPalette}
          aria-keyshortcuts="Control+K Meta+K"
        >
          <IconSearch size={16} aria-hidden />
          <span className={classes.searchText}>Search or jump to…</span>
          <kbd className={classes.key}>{apple ? '⌘K' : 'Ctrl K'}</kbd>
        </UnstyledButton>
        <NotificationBell />
        <AccountMenu />
      </div>
    </header>
  );
}

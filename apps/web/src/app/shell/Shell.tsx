import { Drawer, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useSidebarCollapsed } from '../../lib/preferences';
import { Sidebar } from './Sidebar';
import { Topbar } from './Topbar';
import { useShellShortcuts } from './use-shell-shortcuts';
import { useSessionEnd } from './use-session-end';
import classes from './Shell.module.css';

const Toasts = lazy(() => import('./Toasts'));
const CommandPalette = lazy(() => import('./CommandPalette'));

/** Navigation and top bar around every page of a signed-in person. */
export function Shell() {
  const [collapsed, setCollapsed] = useSidebarCollapsed();
  const [menuOpened, menu] = useDisclosure(false);
  // The palette's code is loaded by its first opening.
  const [palette, setPalette] = useState<'unused' | 'open' | 'closed'>('unused');
  const openPalette = () => setPalette('open');
  const mainRef = useRef<HTMLElement>(null);

  useSessionEnd();
  useShellShortcuts(openPalette);
  useFocusOnNavigation(mainRef);

  return (
    <div className={classes.shell} data-collapsed={collapsed || undefined}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <div className={classes.sidebar}>
        <Sidebar collapsed={collapsed} onToggle={() => setCollapsed(!collapsed)} />
      </div>
      <Drawer opened={menuOpened} onClose={menu.close} size="15rem" padding={0} withCloseButton={false}>
        <VisuallyHidden>
          <Drawer.Title>Navigation</Drawer.Title>
        </VisuallyHidden>
        <Sidebar collapsed={false} onNavigate={menu.close} />
      </Drawer>
      <div className={classes.content}>
        <Topbar onOpenMenu={menu.open} onOpenPalette={openPalette} />
        <main id="main" ref={mainRef} tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      <Suspense fallback={null}>
        <Toasts />
      </Suspense>
      {palette !== 'unused' && (
        <Suspense fallback={null}>
          <CommandPalette opened={palette === 'open'} onClose={() => setPalette('closed')} />
        </Suspense>
      )}
    </div>
  );
}

/** A new page starts at its content, as after a full load. */
function useFocusOnNavigation(mainRef: React.RefObject<HTMLElement | null>) {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    mainRef.current?.focus({ preventScroll: true });
  }, [pathname, mainRef]);
}

import { useLocalStorage } from '@mantine/hooks';

export type ListView = 'cards' | 'table';

/** Preferences of this browser. The only things Latchkey keeps in local storage, with the colour scheme. */
export const useListView = () =>
  useLocalStorage<ListView>({
    key: 'latchkey-list-view',
    defaultValue: 'cards',
    getInitialValueInEffect: false,
  });

export const useSidebarCollapsed = () =>
  useLocalStorage({ key: 'latchkey-sidebar-collapsed', defaultValue: false, getInitialValueInEffect: false });

/** Single-key shortcuts can be switched off (WCAG 2.1.4): speech input types letters. */
export const useShortcutsEnabled = () =>
  useLocalStorage({ key: 'latchkey-shortcuts', defaultValue: true, getInitialValueInEffect: false });

import {
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  localStorageColorSchemeManager,
} from '@mantine/core';

/**
 * The whole look of Latchkey: one accent, one neutral scale, four state colours.
 * Components and style sheets take every colour and size from here, through `--mantine-*` and `--lk-*`.
 */
const iris: MantineColorsTuple = [
  '#f2f2fe',
  '#e4e5fc',
  '#c8caf7',
  '#a9acf1',
  '#8f92ea',
  '#7477e2',
  '#5a5dd6',
  '#4b4dbe',
  '#3d3f9c',
  '#2c2d70',
];

/** For what destroys; the tones of a broken state. */
const red: MantineColorsTuple = [
  '#fdeeee',
  '#fadadb',
  '#f4b3b6',
  '#f0898e',
  '#ea636a',
  '#e03a43',
  '#c2242d',
  '#a81d26',
  '#8c1820',
  '#6e131a',
];

const neutral: MantineColorsTuple = [
  '#fafafb',
  '#f4f4f6',
  '#ececef',
  '#e2e2e6',
  '#cfd0d6',
  '#a5a7b0',
  '#757884',
  '#5a5d68',
  '#3a3c44',
  '#17181c',
];

/** Mantine reads the dark scheme from this scale: 0 is text, 2 dimmed, 4 borders, 6 surfaces, 7 the page. */
const night: MantineColorsTuple = [
  '#e8e9ed',
  '#c6c8d0',
  '#9b9ea9',
  '#6f737f',
  '#2a2c33',
  '#212329',
  '#16171b',
  '#0e0f12',
  '#0a0b0d',
  '#060708',
];

export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: 6,
  colors: { iris, red, gray: neutral, dark: night },
  white: '#ffffff',
  black: '#17181c',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '0.25rem', sm: '0.375rem', md: '0.5rem', lg: '0.75rem', xl: '1rem' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  shadows: {
    xs: 'none',
    sm: 'none',
    md: '0 0.5rem 1.5rem rgb(0 0 0 / 12%)',
    lg: '0 1rem 2.5rem rgb(0 0 0 / 16%)',
    xl: '0 1.5rem 3.5rem rgb(0 0 0 / 20%)',
  },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.75rem' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.5rem' },
      h3: { fontSize: '0.875rem', lineHeight: '1.375rem' },
    },
  },
  components: {
    Anchor: { defaultProps: { underline: 'hover' } },
    Button: { defaultProps: { size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Modal: {
      defaultProps: { centered: true, radius: 'md', overlayProps: { backgroundOpacity: 0.45 } },
      styles: {
        content: { border: '1px solid var(--lk-border)', background: 'var(--lk-surface-raised)' },
        header: { background: 'transparent' },
        title: { fontWeight: 600 },
      },
    },
    Menu: { defaultProps: { radius: 'md', shadow: 'md', transitionProps: { duration: 100 } } },
    Popover: { defaultProps: { radius: 'md', shadow: 'md', transitionProps: { duration: 100 } } },
    Select: { defaultProps: { comboboxProps: { shadow: 'md', transitionProps: { duration: 80 } } } },
    Tooltip: {
      defaultProps: {
        openDelay: 250,
        fz: 'xs',
        multiline: true,
        maw: 320,
        events: { hover: true, focus: true, touch: true },
      },
    },
    InputWrapper: {
      vars: () => ({
        label: { '--input-label-size': 'var(--mantine-font-size-sm)' },
        description: { '--input-description-size': 'var(--mantine-font-size-xs)' },
        error: { '--input-error-size': 'var(--mantine-font-size-xs)' },
      }),
      styles: { label: { marginBottom: '0.25rem' }, description: { marginBottom: '0.25rem' } },
    },
    Tabs: {
      styles: {
        root: { '--tabs-list-border-width': '1px' },
        // Where there is no room they are scrolled: a second line of them reads like another list.
        list: { flexWrap: 'nowrap', overflowX: 'auto', overflowY: 'hidden', scrollbarWidth: 'none' },
        tab: { flex: 'none', fontWeight: 500, paddingInline: '0.75rem' },
      },
    },
    Notification: {
      styles: { root: { padding: '0.5rem 0.75rem' }, icon: { width: '1.375rem', height: '1.375rem' } },
    },
    Skeleton: { defaultProps: { radius: 'sm' } },
    Switch: { defaultProps: { withThumbIndicator: false } },
  },
});

const both = {
  '--lk-control-height': '2.25rem',
  '--lk-row-height': '2.75rem',
  '--lk-sidebar-width': '13.5rem',
  '--lk-sidebar-width-collapsed': '3.5rem',
  '--lk-topbar-height': '3.25rem',
  '--lk-page-width': '74rem',
  '--lk-form-width': '38rem',
};

export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: both,
  light: {
    '--mantine-color-body': neutral[0],
    '--mantine-color-text': '#17181c',
    '--mantine-color-dimmed': '#5f626d',
    '--mantine-color-placeholder': '#757884',
    '--mantine-color-anchor': iris[7],
    '--mantine-color-error': '#c2242d',
    '--mantine-color-default-border': neutral[3],
    '--mantine-color-default-hover': neutral[1],
    '--lk-surface': '#ffffff',
    '--lk-surface-raised': '#ffffff',
    '--lk-surface-sunken': neutral[1],
    '--lk-border': neutral[3],
    '--lk-border-strong': neutral[4],
    '--lk-hover': 'rgb(23 24 28 / 4%)',
    '--lk-selected': 'rgb(23 24 28 / 6%)',
    '--lk-accent': iris[6],
    '--lk-accent-text': iris[7],
    '--lk-accent-soft': iris[0],
    '--lk-ok': '#17784a',
    '--lk-ok-mark': '#25a065',
    '--lk-ok-soft': '#e9f7ef',
    '--lk-bad': '#c2242d',
    '--lk-bad-mark': '#e03a43',
    '--lk-bad-soft': '#fdeeee',
    '--lk-warn': '#8a5600',
    '--lk-warn-mark': '#d98c0b',
    '--lk-warn-soft': '#fdf4e3',
    '--lk-idle': '#5a5d68',
    '--lk-idle-mark': '#9396a0',
    '--lk-idle-soft': neutral[2],
  },
  dark: {
    '--mantine-color-body': night[7],
    '--mantine-color-text': night[0],
    '--mantine-color-dimmed': night[2],
    '--mantine-color-placeholder': '#858893',
    '--mantine-color-anchor': iris[3],
    '--mantine-color-error': '#ff8388',
    '--mantine-color-default': night[6],
    '--mantine-color-default-border': night[4],
    '--mantine-color-default-hover': night[5],
    '--lk-surface': '#131417',
    '--lk-surface-raised': '#191a1f',
    '--lk-surface-sunken': '#0a0b0d',
    '--lk-border': '#24262c',
    '--lk-border-strong': '#3a3d46',
    '--lk-hover': 'rgb(255 255 255 / 4%)',
    '--lk-selected': 'rgb(255 255 255 / 7%)',
    '--lk-accent': iris[4],
    '--lk-accent-text': iris[3],
    '--lk-accent-soft': 'rgb(116 119 226 / 16%)',
    '--lk-ok': '#5fd39b',
    '--lk-ok-mark': '#37b87c',
    '--lk-ok-soft': 'rgb(55 184 124 / 13%)',
    '--lk-bad': '#ff8388',
    '--lk-bad-mark': '#f2555c',
    '--lk-bad-soft': 'rgb(242 85 92 / 11%)',
    '--lk-warn': '#f2b553',
    '--lk-warn-mark': '#e09b1f',
    '--lk-warn-soft': 'rgb(224 155 31 / 11%)',
    '--lk-idle': '#a9acb7',
    '--lk-idle-mark': '#7b7f8b',
    '--lk-idle-soft': 'rgb(255 255 255 / 7%)',
  },
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'latchkey-color-scheme' });

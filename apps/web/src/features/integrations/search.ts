import {
  HEALTH_WINDOWS,
  type HealthWindow,
  type IntegrationFilters,
  SORTS,
  STATUSES,
  USAGE_WINDOWS,
  type UsageWindow,
} from './api/types';

const SORT_KEYS = Object.keys(SORTS) as (keyof typeof SORTS)[];

export interface IntegrationsSearch extends IntegrationFilters {
  view?: 'cards' | 'table';
}

export const INTEGRATION_TABS = ['use', 'activity', 'settings'] as const;
export type IntegrationTab = (typeof INTEGRATION_TABS)[number];

export interface IntegrationSearch {
  tab?: IntegrationTab;
  window?: HealthWindow;
  usage?: UsageWindow;
  /** The form for new credentials is open. */
  edit?: 'credentials';
}

export const WIZARD_STEPS = ['credentials', 'configuration', 'test'] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];

export interface WizardSearch {
  type?: string;
  step?: WizardStep;
  category?: string;
  q?: string;
}

type Raw = Record<string, unknown>;

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;
}

function oneOf<T extends string>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value);
}

export function readSort(value: unknown): IntegrationFilters['sort'] {
  return oneOf(SORT_KEYS, value);
}

/** What an address says, with everything it cannot mean left out. */
export function readIntegrationsSearch(raw: Raw): IntegrationsSearch {
  const page = Number(text(raw.page));
  return {
    q: text(raw.q),
    status: oneOf(STATUSES, raw.status),
    type: text(raw.type),
    category: text(raw.category),
    sort: readSort(raw.sort),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
    view: oneOf(['cards', 'table'], raw.view),
  };
}

export function readIntegrationSearch(raw: Raw): IntegrationSearch {
  return {
    tab: oneOf(INTEGRATION_TABS, raw.tab),
    window: oneOf(HEALTH_WINDOWS, raw.window),
    usage: oneOf(USAGE_WINDOWS, raw.usage),
    edit: oneOf(['credentials'], raw.edit),
  };
}

export function readWizardSearch(raw: Raw): WizardSearch {
  return {
    type: text(raw.type),
    step: oneOf(WIZARD_STEPS, raw.step),
    category: text(raw.category),
    q: text(raw.q),
  };
}

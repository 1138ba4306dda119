import { isUuid } from '../../lib/uuid';
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
  /** Work on many integrations whose progress is shown. */
  bulk?: string;
}

export const INTEGRATION_TABS = ['token', 'repositories', 'channels', 'use', 'activity', 'settings'] as const;
export type IntegrationTab = (typeof INTEGRATION_TABS)[number];

/** What is looked for among an integration's repositories or channels. */
export interface ListSearch {
  q?: string;
  archived?: boolean;
  page?: number;
}

export interface IntegrationSearch extends ListSearch {
  tab?: IntegrationTab;
  window?: HealthWindow;
  usage?: UsageWindow;
  /** The form for new credentials is open. */
  edit?: 'credentials';
  /** A consent has just ended well. */
  connected?: true;
}

export const WIZARD_STEPS = ['credentials', 'configuration', 'test'] as const;
export type WizardStep = (typeof WIZARD_STEPS)[number];

export interface WizardSearch {
  type?: string;
  /** The way to authenticate to begin with. */
  method?: 'app';
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

/** The number of a page; the first is left out. */
function pageOf(value: unknown): number | undefined {
  const page = Number(text(value));
  return Number.isInteger(page) && page > 1 ? page : undefined;
}

export function readSort(value: unknown): IntegrationFilters['sort'] {
  return oneOf(SORT_KEYS, value);
}

/** What an address says, with everything it cannot mean left out. */
export function readIntegrationsSearch(raw: Raw): IntegrationsSearch {
  return {
    q: text(raw.q),
    status: oneOf(STATUSES, raw.status),
    type: text(raw.type),
    category: text(raw.category),
    sort: readSort(raw.sort),
    page: pageOf(raw.page),
    view: oneOf(['cards', 'table'], raw.view),
    bulk: isUuid(raw.bulk) ? raw.bulk : undefined,
  };
}

export function readIntegrationSearch(raw: Raw): IntegrationSearch {
  return {
    tab: oneOf(INTEGRATION_TABS, raw.tab),
    window: oneOf(HEALTH_WINDOWS, raw.window),
    usage: oneOf(USAGE_WINDOWS, raw.usage),
    edit: oneOf(['credentials'], raw.edit),
    q: text(raw.q),
    archived: typeof raw.archived === 'boolean' ? raw.archived : undefined,
    page: pageOf(raw.page),
    connected: raw.connected === true || undefined,
  };
}

export function readWizardSearch(raw: Raw): WizardSearch {
  return {
    type: text(raw.type),
    method: oneOf(['app'], raw.method),
    step: oneOf(WIZARD_STEPS, raw.step),
    category: text(raw.category),
    q: text(raw.q),
  };
}

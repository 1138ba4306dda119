import { type ComponentType, createContext, type ReactNode } from 'react';
import type { Integration } from '../api/types';
import type { ListSearch } from '../search';

export interface ExtraTabProps {
  integration: Integration;
  /** What the address says of the list in it. */
  search: ListSearch;
  onSearch: (search: ListSearch) => void;
}

/** A tab that another feature brings to the page of an integration. */
export interface ExtraTab {
  value: 'repositories' | 'channels';
  label: string;
  shows: (integration: Integration) => boolean;
  component: ComponentType<ExtraTabProps>;
}

/** The step of the wizard for a way that is made at GitHub and not by a form; the app fills it in. */
export const GithubAppSlot = createContext<ReactNode>(null);

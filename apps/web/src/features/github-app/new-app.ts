import { safeUrl } from './addresses';

/** What the form for a new App holds. */
export interface NewAppDraft {
  name: string;
  owner: 'organization' | 'person';
  organization: string;
  enterprise: boolean;
  webUrl: string;
}

export const EMPTY_APP: NewAppDraft = {
  name: '',
  owner: 'organization',
  organization: '',
  enterprise: false,
  webUrl: '',
};

export type NewAppProblems = Partial<Record<'name' | 'organization' | 'web_url', string>>;

/** GitHub's names of accounts; those that an enterprise manages have an underscore. */
const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,99}$/;
const MOST_OF_A_NAME = 34;

export function problemsOf({ name, owner, organization, enterprise, webUrl }: NewAppDraft): NewAppProblems {
  const problems: NewAppProblems = {};
  if (name.trim().length > MOST_OF_A_NAME)
    problems.name = `GitHub takes at most ${MOST_OF_A_NAME} characters.`;
  if (owner === 'organization' && !LOGIN.test(loginOf(organization))) {
    problems.organization = organization.trim()
      ? 'Enter the name in the organisation’s address: github.com/its-name.'
      : 'Enter the organisation’s name on GitHub.';
  }
  if (enterprise && !safeUrl(webUrl))
    problems.web_url = 'Enter its address, such as https://github.example.com.';
  return problems;
}

/** People paste the address of the organisation as readily as its name. */
function loginOf(text: string): string {
  return text
    .trim()
    .replace(/^https?:\/\/[^/]+\/(orgs\/|organizations\/)?/i, '')
    .replace(/\/.*$/, '');
}

export function toRequest({ name, owner, organization, enterprise, webUrl }: NewAppDraft) {
  return {
    ...(name.trim() && { name: name.trim() }),
    ...(owner === 'organization' && { organization: loginOf(organization) }),
    ...(enterprise && { web_url: safeUrl(webUrl) }),
  };
}

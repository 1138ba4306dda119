import type { FlowWords } from './outcome-words';

const NOTHING = 'Nothing was connected.';

/** What the creation of an App ends on. */
const APP: FlowWords = {
  connected: {
    title: 'The GitHub App is created',
    text: 'Its private key and secrets came straight from GitHub and are kept encrypted. It reaches nothing yet: install it, and choose there which repositories it may see.',
  },
  pending: {
    title: 'The App is not there yet',
    text: 'Somebody has to agree on GitHub first. Begin again once that is done.',
  },
  failures: {
    OAUTH_DENIED: {
      title: 'The App was not created',
      text: 'Somebody cancelled on GitHub. Nothing was kept; begin again when you are ready.',
      remedy: 'again',
    },
    OAUTH_STATE_EXPIRED: {
      title: 'Creating the App took longer than ten minutes',
      text: 'If GitHub shows an App that Latchkey does not know, delete it there. Then begin again.',
      remedy: 'again',
    },
    OAUTH_STATE_INVALID: {
      title: 'This answer does not belong to an App that you began here',
      text: 'It was begun in another browser or by somebody else, or the address was passed on. Nothing was kept. Begin again from Latchkey, in this browser.',
      remedy: 'again',
    },
    OAUTH_STATE_USED: {
      title: 'This answer was used before',
      text: 'It counts once: going back or reloading repeats it. When the first time worked, the App is in your list already.',
      remedy: 'again',
    },
    OAUTH_EXCHANGE_FAILED: {
      title: 'GitHub did not hand over the App',
      text: 'The code that it sends back counts once, and for an hour. If GitHub shows an App that Latchkey does not know, delete it there. Then begin again.',
      remedy: 'again',
    },
    CONFLICT: {
      title: 'Your organisation has this App already',
      text: 'Nothing was changed. Choose it from the list to install it.',
      remedy: 'again',
    },
    UPSTREAM_ERROR: {
      title: 'GitHub could not be reached',
      text: 'The App may have been created there all the same: if GitHub shows one that Latchkey does not know, delete it. Then begin again.',
      remedy: 'again',
    },
    OAUTH_PROVIDER_ERROR: {
      title: 'GitHub did not answer as it should',
      text: 'The App may have been created there all the same: if GitHub shows one that Latchkey does not know, delete it. Then begin again.',
      remedy: 'again',
    },
    UPSTREAM_TIMEOUT: {
      title: 'GitHub did not answer in time',
      text: 'The App may have been created there all the same: if GitHub shows one that Latchkey does not know, delete it. Then begin again.',
      remedy: 'again',
    },
    FORBIDDEN: {
      title: 'Your role may not add a GitHub App',
      text: 'It may have changed while you were away. If GitHub shows an App that Latchkey does not know, delete it there, and ask an administrator to connect GitHub.',
      remedy: 'list',
    },
  },
};

/** What an installation, or the proof that one is yours, ends on. */
const INSTALL: FlowWords = {
  connected: {
    title: 'GitHub is connected',
    text: 'The App is installed, and its repositories are being listed.',
  },
  pending: {
    title: 'An owner has to approve it',
    text: 'You asked GitHub to install the App, and the owners of that account were told. Whoever approves it comes to a page of Latchkey that finishes the connection. Nothing is connected until then.',
  },
  failures: {
    OAUTH_DENIED: {
      title: 'You did not confirm it on GitHub',
      text: `GitHub asked whether Latchkey may see that the installation is yours, and that was declined. ${NOTHING}`,
      remedy: 'again',
    },
    OAUTH_STATE_EXPIRED: {
      title: 'It took longer than ten minutes',
      text: `The App may be installed on GitHub all the same. ${NOTHING} Begin again: GitHub shows the installation that is there, and you press Save once more.`,
      remedy: 'again',
    },
    OAUTH_STATE_INVALID: {
      title: 'This answer does not belong to an installation that you began here',
      text: `It was begun in another browser or by somebody else, or the address was passed on. ${NOTHING} Begin again from Latchkey, in this browser.`,
      remedy: 'again',
    },
    OAUTH_EXCHANGE_FAILED: {
      title: 'GitHub did not confirm who you are',
      text: `The proof that the installation is yours could not be had. ${NOTHING} Try again; when it stays so, the client secret of the App may have been replaced on GitHub.`,
      remedy: 'again',
    },
    FORBIDDEN: {
      title: 'This installation is not yours to connect',
      text: `GitHub does not show it to you, or only some of its repositories; or your role here may not connect services. ${NOTHING} Ask an owner of that GitHub account, or an administrator of your organisation.`,
      remedy: 'list',
    },
    NOT_FOUND: {
      title: 'The installation is not there',
      text: `It was removed on GitHub, or belongs to another App. ${NOTHING} Install the App once more.`,
      remedy: 'again',
    },
    CONFLICT: {
      title: 'This installation is connected already',
      text: 'An integration of your organisation uses it. Nothing was changed.',
      remedy: 'open',
    },
    UPSTREAM_ERROR: {
      title: 'GitHub could not be reached',
      text: `The App may be installed on GitHub all the same. ${NOTHING} Try again in a few minutes.`,
      remedy: 'again',
    },
    OAUTH_PROVIDER_ERROR: {
      title: 'GitHub did not answer as it should',
      text: `The App may be installed on GitHub all the same. ${NOTHING} Try again in a few minutes.`,
      remedy: 'again',
    },
    UPSTREAM_TIMEOUT: {
      title: 'GitHub did not answer in time',
      text: `The App may be installed on GitHub all the same. ${NOTHING} Try again in a few minutes.`,
      remedy: 'again',
    },
  },
};

export const GITHUB_FLOWS = { github_app: APP, github_install: INSTALL };

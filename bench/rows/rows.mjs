// The rows of the table, each with a function that takes what run.mjs has prepared and answers ratio, rates and times.
import { CREDENTIALS } from './credentials.mjs';
import { KEYS } from './keys.mjs';
import { LISTS } from './lists.mjs';
import { PROCESS } from './process.mjs';
import { PROXY } from './proxy.mjs';
import { ROUTES } from './routes.mjs';
import { TOKENS } from './tokens.mjs';
import { WATCH } from './watch.mjs';
import { WEB_APP as WEB } from './web.mjs';

/** Those without `reach` are shown, and not judged. */
export const ROWS = [
  ...PROCESS,
  ...WEB,
  ...ROUTES,
  ...CREDENTIALS,
  ...TOKENS,
  ...PROXY,
  ...WATCH,
  ...LISTS,
  ...KEYS,
];

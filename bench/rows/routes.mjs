// Routes of people: the whole stack, and sign-in.
import bcrypt from 'bcrypt';
import { Agent, request } from 'undici';
import { loop, ROUND_MS, sideBySide } from '../loops.mjs';
import { authenticated, route } from './callers.mjs';

/** Callers of other routes while people sign in. */
const OTHERS = 20;

const login = async ({ stack, email, password }) =>
  loop(2, ROUND_MS, async () => {
    const { statusCode, body } = await request(`${stack}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`sign-in: ${statusCode}`);
  });

/** What others wait while people sign in: as many sign-ins at once as there are cores, and calls one after the other. */
async function meanwhile(bench) {
  const { dispatcher, headers } = { dispatcher: new Agent({ connections: OTHERS }), headers: bench.person };
  const url = `${bench.stack}/api/v1/permissions`;
  const others = () =>
    loop(OTHERS, ROUND_MS, async () => {
      const { statusCode, body } = await request(url, { headers, dispatcher });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`);
    });
  const alone = await others();
  const [during] = await Promise.all([others(), login(bench)]);
  await dispatcher.close();
  return { measured: during.p99, baseline: alone.p99, average_ms: during.average, p99_ms: during.p99 };
}

export const ROUTES = [
  {
    what: 'authenticated JSON route through the full stack',
    against: 'bare Fastify route of the same process, requests a second',
    reach: 0.4,
    measure: (bench) =>
      sideBySide(
        () => authenticated(bench),
        () => route(`${bench.bare}/bare`),
      ),
  },
  {
    what: 'sign-in',
    against: 'bcrypt of cost 12 alone on the same cores',
    reach: 0.9,
    measure: async (bench) => {
      const hash = await bcrypt.hash(bench.password, 12);
      return sideBySide(
        () => login(bench),
        () => loop(2, ROUND_MS, () => bcrypt.compare(bench.password, hash)),
      );
    },
  },
  {
    what: 'another route while people sign in, its slowest hundredth in milliseconds',
    against: 'the same while nobody does',
    most: { p99_ms: 50 },
    measure: meanwhile,
  },
];

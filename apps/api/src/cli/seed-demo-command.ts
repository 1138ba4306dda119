import { randomBytes } from 'node:crypto';
import { RegistrationService } from '../auth/registration.service.js';
import { IdentityService } from '../identity/identity.service.js';
import { DemoIntegrations } from '../integrations/demo/demo-integrations.js';
import { atMost, type Call, takes } from './command.js';
import { count, number, Progress } from './output.js';
import { openSession } from './session.js';
import { UsageError } from './usage.js';
import { CLI } from './work.js';

const EMAIL = 'demo@example.com';
const NAMES = { full_name: 'Demo', organization_name: 'Demo' };
const PASSWORD_BYTES = 18;
const ORIGIN = { ip: null, userAgent: 'latchkey seed-demo', requestId: null };

/** `latchkey seed-demo`: an account, its organisation and many integrations. */
export async function runSeedDemo(call: Call): Promise<number> {
  atMost(call.words, 0);
  takes(call.options, 'integrations', 'force');
  const { integrations: wanted, force, json } = call.options;
  const { streams, interrupted } = call;
  const session = await openSession(call.environment, streams.err);
  try {
    const get = <T>(type: new (...parameters: never[]) => T): T => session.app.get(type, { strict: false });
    if (!force && (await get(IdentityService).hasUsers()))
      throw new UsageError(
        'This installation has accounts already, and demo data is not told apart from other data later. Say --force if you want it all the same.',
      );
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const account = { email: EMAIL, password, ...NAMES };
    const { userId, organizationId } = await get(RegistrationService).register(account, ORIGIN);
    const progress = new Progress(streams, json);
    const made = await get(DemoIntegrations).make(
      CLI,
      { organizationId: organizationId!, createdBy: userId },
      wanted,
      {
        onBatch: (done) => progress.line(`${number.format(done)} of ${count(wanted, 'integration')}`),
        interrupted,
      },
    );
    progress.end();
    const answer = { email: EMAIL, password, organization_id: organizationId, integrations: made };
    streams.out(
      json
        ? `${JSON.stringify(answer, null, 2)}\n`
        : `${count(made, 'integration')} made. Sign in as ${EMAIL} with the password ${password}\n`,
    );
    return made === wanted ? 0 : 1;
  } finally {
    await session.close();
  }
}

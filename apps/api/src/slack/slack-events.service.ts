import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { ConnectedAccounts } from '../inbound/connected-accounts.js';
import { type HookOwner, readHookAddress } from '../inbound/hook-address.js';
import { InboundDeliveries } from '../inbound/inbound-deliveries.js';
import { jsonBodyOf, rawBodyOf } from '../inbound/signed-body.js';
import { readEvent, type SlackEvent } from './slack-event.js';
import { isSigned, signatureOf } from './slack-signature.js';
import { SigningSecrets } from './signing-secrets.js';
import { INSTALLATION_APP } from './slack-workspaces.js';

/** Slack's own is about 60 characters. */
const LONGEST_CHALLENGE = 1000;

interface Received {
  accepted: boolean;
}

/** Takes in what Slack sends: signed, each event once, answered at once. The work is done in a job. */
@Injectable()
export class SlackEventsService {
  constructor(
    private readonly secrets: SigningSecrets,
    private readonly accounts: ConnectedAccounts,
    private readonly deliveries: InboundDeliveries,
    private readonly clock: Clock,
  ) {}

  /**
   * @param app whose app it is; undefined for the installation's.
   * @returns the challenge, as text, when Slack tries the address.
   * @throws AppError UNAUTHENTICATED when the signature does not fit, VALIDATION_FAILED
   */
  async take(request: FastifyRequest, app: string | undefined): Promise<Received | string> {
    const owner = app === undefined ? undefined : readHookAddress(app);
    if (app !== undefined && !owner) throw notSigned();
    const raw = rawBodyOf(request);
    await this.verify(request, raw, owner);
    const body = jsonBodyOf(raw);
    if (body.type === 'url_verification') return challengeOf(body);
    const event = readEvent(body);
    return { accepted: event !== undefined && (await this.accept(event, owner)) };
  }

  private async verify(request: FastifyRequest, body: Buffer, owner: HookOwner | undefined): Promise<void> {
    // What cannot be valid costs no look into the database.
    const signature = signatureOf(request, this.clock.now());
    if (!signature) throw notSigned();
    const secret = owner ? await this.secrets.of(owner) : this.secrets.ofInstallation;
    if (secret === undefined || !isSigned(secret, signature, body)) throw notSigned();
  }

  private async accept(event: SlackEvent, owner: HookOwner | undefined): Promise<boolean> {
    const { eventId, type, accounts, channelId } = event;
    const appKey = owner ? await this.appOf(owner) : INSTALLATION_APP;
    if (appKey === undefined) return false;
    let accepted = false;
    for (const organizationId of await this.organizations(appKey, accounts, owner)) {
      const outcome = await this.deliveries.accept(organizationId, {
        source: 'slack',
        deliveryId: `${appKey}:${eventId}`,
        event: type,
        action: null,
        details: { app_key: appKey, accounts, channel_id: channelId },
      });
      accepted ||= outcome === 'accepted';
    }
    return accepted;
  }

  private async appOf({ organizationId, id }: HookOwner): Promise<string | undefined> {
    const account = await this.accounts.of(organizationId, id);
    return account?.provider === 'slack' ? account.appKey : undefined;
  }

  /** Those that the event concerns: of an app that somebody brought, their own organisation alone. */
  private async organizations(
    appKey: string,
    accounts: string[],
    owner: HookOwner | undefined,
  ): Promise<Iterable<string>> {
    if (owner) {
      const connected = await this.accounts.ofApp(owner.organizationId, 'slack', appKey);
      return connected.some(({ externalId }) => accounts.includes(externalId)) ? [owner.organizationId] : [];
    }
    const found = await Promise.all(
      accounts.map((externalId) => this.accounts.addressees({ provider: 'slack', appKey, externalId })),
    );
    return new Set(found.flat().map(({ organizationId }) => organizationId));
  }
}

function challengeOf({ challenge }: Record<string, unknown>): string {
  if (typeof challenge === 'string' && challenge !== '' && challenge.length <= LONGEST_CHALLENGE)
    return challenge;
  throw AppError.invalid({ challenge: ['must be a text'] });
}

/** The same for an app that nobody has as for a wrong signature. */
const notSigned = (): AppError =>
  new AppError(
    'UNAUTHENTICATED',
    'The signature does not fit. Check that Latchkey has the signing secret of this Slack app, and that the clock is right.',
  );

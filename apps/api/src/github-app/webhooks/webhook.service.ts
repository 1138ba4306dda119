import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { AuditService } from '../../audit/audit.service.js';
import { AppError } from '../../common/app-error.js';
import { Clock } from '../../common/clock.js';
import { originOf } from '../../common/decorators.js';
import type { BodyGate } from '../../common/large-bodies.js';
import { ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { readHookAddress } from '../../inbound/hook-address.js';
import { InboundDeliveries, type NewDelivery } from '../../inbound/inbound-deliveries.js';
import { headerOf, isForm, jsonInForm, rawBodyOf, sameSignature } from '../../inbound/signed-body.js';
import { membersOf } from '../../inbound/top-level-members.js';
import { idOf } from '../github-answers.js';
import { auditedApp, type GitHubApp, INSTALLATION_APP, isInstallationApp } from '../github-app.js';
import { KnownApps } from '../apps/known-apps.js';

/** Anybody can send us forgeries; that it happens is to be known, not how often. */
const REFUSALS_APART_MS = 10 * 60_000;

export type DeliveryFate = 'accepted' | 'duplicate' | 'ignored';

/** What GitHub sends: `accepted` is worked on in a job, which asks GitHub how things are. */
@Injectable()
export class WebhookService implements BodyGate {
  private readonly refusals = new LRUCache<string, number>({ max: 1000 });

  constructor(
    private readonly known: KnownApps,
    private readonly deliveries: InboundDeliveries,
    private readonly accounts: ConnectedAccounts,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** What shows before the body: an App that takes deliveries, and the form of one. @throws as `receive` */
  async expect(request: FastifyRequest): Promise<void> {
    const app = await this.appOf((request.query as { app?: unknown }).app);
    const signature = headerOf(request, 'x-hub-signature-256') ?? '';
    if (app.secrets.webhookSecret === null || !SIGNATURE.test(signature)) await this.refuse(request, app);
    deliveryOf(request);
  }

  /** @throws AppError NOT_FOUND for an unknown App, UNAUTHENTICATED without its signature, VALIDATION_FAILED */
  async receive(request: FastifyRequest, address: unknown): Promise<{ delivery: DeliveryFate }> {
    const app = await this.appOf(address);
    const body = rawBodyOf(request);
    if (!isSigned(app, body, headerOf(request, 'x-hub-signature-256'))) await this.refuse(request, app);
    const { event, guid } = deliveryOf(request);
    const payload = membersOf(isForm(request) ? jsonInForm(body, 'payload') : body, [
      'action',
      'installation',
      'repository',
    ]);
    const installationId = idIn(payload.installation);
    if (installationId === null) return { delivery: 'ignored' };
    const delivery: NewDelivery = {
      source: 'github',
      deliveryId: `${app.ref}:${guid}`,
      event,
      action:
        typeof payload.action === 'string' && /^[a-z_]{1,60}$/.test(payload.action) ? payload.action : null,
      details: { app: app.ref, installation_id: installationId, repository_id: idIn(payload.repository) },
    };
    return { delivery: await this.keep(app, installationId, delivery) };
  }

  /** One of the installation's App concerns every organisation that has connected the installation. */
  private async keep(
    { ref: appKey, ...app }: GitHubApp,
    externalId: string,
    delivery: NewDelivery,
  ): Promise<DeliveryFate> {
    const found = await this.accounts.addressees({ provider: 'github', appKey, externalId });
    const concerned = found.filter(
      ({ organizationId }) => isInstallationApp(app) || organizationId === app.organizationId,
    );
    let fate: DeliveryFate = 'ignored';
    for (const { organizationId } of concerned) {
      const kept = await this.deliveries.accept(organizationId, delivery);
      if (fate !== 'accepted') fate = kept;
    }
    return fate;
  }

  private async appOf(address: unknown): Promise<GitHubApp> {
    const owner = typeof address === 'string' ? readHookAddress(address) : undefined;
    const app =
      address === undefined || address === INSTALLATION_APP
        ? this.known.ofInstallation()
        : owner && (await this.known.find(owner.organizationId, owner.id));
    if (!app) throw new AppError('NOT_FOUND', 'No GitHub App has its webhook here.');
    return app;
  }

  private async refuse(request: FastifyRequest, app: GitHubApp): Promise<never> {
    const now = this.clock.now();
    const place = `${app.organizationId} ${app.ref}`;
    if (now - (this.refusals.get(place) ?? Number.NEGATIVE_INFINITY) >= REFUSALS_APART_MS) {
      this.refusals.set(place, now);
      await this.audit.recordAlone(isInstallationApp(app) ? null : app.organizationId, {
        actor: { kind: 'anonymous', origin: originOf(request) },
        action: 'github_app.webhook_refused',
        ...auditedApp(app.ref),
        outcome: 'blocked',
      });
    }
    throw new AppError(
      'UNAUTHENTICATED',
      'X-Hub-Signature-256 is not the signature of this body under the webhook secret of the App.',
    );
  }
}

const SIGNATURE = /^sha256=[0-9a-f]{64}$/;

/** @throws AppError VALIDATION_FAILED */
function deliveryOf(request: FastifyRequest): { event: string; guid: string } {
  const event = headerOf(request, 'x-github-event');
  const guid = headerOf(request, 'x-github-delivery');
  if (event && /^[a-z_]{1,60}$/.test(event) && guid && /^[A-Za-z0-9-]{1,60}$/.test(guid))
    return { event, guid };
  throw new AppError(
    'VALIDATION_FAILED',
    'X-GitHub-Event and X-GitHub-Delivery have to say what this is and which delivery.',
  );
}

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function isSigned({ secrets }: GitHubApp, body: Buffer, given: string | undefined): boolean {
  if (secrets.webhookSecret === null) return false;
  const digest = createHmac('sha256', secrets.webhookSecret).update(body).digest('hex');
  return sameSignature(`sha256=${digest}`, given);
}

const idIn = (value: unknown): string | null =>
  typeof value === 'object' && value !== null ? idOf((value as { id?: unknown }).id) : null;

import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import nodemailer, { type Transporter } from 'nodemailer';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { JobQueue } from '../jobs/job-queue.js';

const QUEUE = 'mail.send';

export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** What it is about, in the name of the file when there is no mail server: `integration-failed`. */
  kind: string;
}

/** Sends mail by SMTP, or writes it as a file to the outbox in the data folder when there is no server. */
@Injectable()
export class MailService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly transport: Transporter | undefined;
  private readonly composer = nodemailer.createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  });

  constructor(
    private readonly environment: Environment,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {
    this.transport = environment.smtpUrl
      ? nodemailer.createTransport({ url: environment.smtpUrl, pool: true })
      : undefined;
  }

  /** The mail goes out when the transaction commits; it is tried again while the server is away. */
  async enqueue(manager: EntityManager, mail: Mail): Promise<void> {
    await this.jobs.send(QUEUE, mail, { manager });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(QUEUE, {
      retryLimit: 10,
      retryDelay: 30,
      retryBackoff: true,
      retryDelayMax: 3600,
    });
    await this.jobs.work<Mail>(QUEUE, (mail) => this.deliver(mail));
  }

  onModuleDestroy(): void {
    this.transport?.close();
  }

  private async deliver(mail: Mail): Promise<void> {
    const message = { from: this.environment.mailFrom, to: mail.to, subject: mail.subject, text: mail.text };
    if (this.transport) {
      await this.transport.sendMail(message);
      return;
    }
    const { message: eml } = await this.composer.sendMail(message);
    const outbox = join(this.environment.dataDirectory, 'outbox');
    await mkdir(outbox, { recursive: true, mode: 0o700 });
    const time = this.clock.date().toISOString().replaceAll(':', '-');
    const file = join(outbox, `${time}-${mail.kind}-${randomUUID().slice(0, 8)}.eml`);
    await writeFile(`${file}.partial`, eml as Buffer, { mode: 0o600 });
    await rename(`${file}.partial`, file);
  }
}

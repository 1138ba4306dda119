import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports';

const PROGRAM = '/usr/bin/prometheus';
const HASH = '$2b$04$oZ1bdMKDB6pQYMdJCn2dVOOBsScdRF3H75rQEGDuN9pP6GRHQhLSa';

/** A real Prometheus with basic authentication. */
export class Prometheus {
  static readonly user = 'latchkey';
  static readonly password = 'prometheus-password-4821';
  private readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-e2e-prometheus-'));
  private child: ChildProcess | undefined;

  private constructor(readonly url: string) {}

  static isInstalled(): boolean {
    return existsSync(PROGRAM);
  }

  static async start(): Promise<Prometheus> {
    const port = await freePort();
    const prometheus = new Prometheus(`http://127.0.0.1:${port}`);
    await prometheus.launch(port);
    return prometheus;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child?.exitCode === null) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async launch(port: number): Promise<void> {
    const config = join(this.folder, 'prometheus.yml');
    const web = join(this.folder, 'web.yml');
    writeFileSync(config, 'global: { scrape_interval: 1h }\n');
    writeFileSync(web, `basic_auth_users: { ${Prometheus.user}: '${HASH}' }\n`);
    this.child = spawn(
      PROGRAM,
      [
        `--config.file=${config}`,
        `--web.config.file=${web}`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--storage.tsdb.path=${join(this.folder, 'data')}`,
      ],
      { stdio: 'ignore' },
    );
    const authorization = `Basic ${btoa(`${Prometheus.user}:${Prometheus.password}`)}`;
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      const answer = await fetch(`${this.url}/-/ready`, { headers: { authorization } }).catch(
        () => undefined,
      );
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('Prometheus was not ready in time.');
  }
}

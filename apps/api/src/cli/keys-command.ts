import type { KeyRotationDto, RetirementDto } from '../admin/admin-keys.dto.js';
import { AdminKeysService } from '../admin/admin-keys.service.js';
import { KeyOperationsService } from '../admin/key-operations.service.js';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { KeyRotations } from '../vault/key-rotations.service.js';
import { KeysOverviewService } from '../vault/keys-overview.service.js';
import { atMost, type Call, takes } from './command.js';
import { statusText, unreadableTable } from './keys-status.js';
import { count, Progress, progressLine } from './output.js';
import { openSession, type Session } from './session.js';
import { UsageError } from './usage.js';
import { CLI, Work } from './work.js';

/** @returns the exit code. */
type Run = (keys: KeysCommand) => Promise<number>;

const COMMANDS: Record<string, { run: Run; words: number; options: string[] }> = {
  status: { run: (keys) => keys.status(), words: 0, options: ['limit'] },
  'rotate-root': { run: (keys) => keys.rotateRoot(), words: 0, options: [] },
  'rotate-org': { run: (keys) => keys.rotateOrganizations(), words: 1, options: ['all'] },
  verify: { run: (keys) => keys.verify(), words: 1, options: [] },
  retire: { run: (keys) => keys.retire(), words: 1, options: ['key-version'] },
};

/** `latchkey keys …` */
export async function runKeys(call: Call): Promise<number> {
  const [name = '', ...words] = call.words;
  const command = COMMANDS[name];
  if (!command) throw new UsageError(name ? `There is no command “keys ${name}”.` : 'Which command of keys?');
  if (name === 'retire' && words.length === 2 && /^\d+$/.test(words[1]!))
    throw new UsageError(`One version is named with --key-version ${words[1]}.`);
  atMost(words, command.words);
  takes(call.options, ...command.options);
  if (call.options.keyVersion !== undefined && (words[0] === undefined || words[0] === 'root'))
    throw new UsageError('--key-version needs an organisation.');
  const organizations = name === 'rotate-org' && !call.options.all;
  if (organizations && !words[0]) throw new UsageError('Which organisation? Name one, or say --all.');
  if (name === 'rotate-org' && call.options.all && words[0])
    throw new UsageError('Name an organisation or say --all, not both.');
  const session = await openSession(call.environment, call.streams.err);
  try {
    return await command.run(new KeysCommand({ ...call, words }, session));
  } finally {
    await session.close();
  }
}

class KeysCommand {
  private readonly work: Work;
  private readonly operations: KeyOperationsService;
  private readonly reader: AdminKeysService;
  private readonly overview: KeysOverviewService;

  constructor(
    private readonly call: Call,
    private readonly session: Session,
  ) {
    const progress = new Progress(call.streams, call.options.json);
    this.work = new Work(session, progress, call.interrupted);
    this.operations = session.app.get(KeyOperationsService, { strict: false });
    this.reader = session.app.get(AdminKeysService, { strict: false });
    this.overview = session.app.get(KeysOverviewService, { strict: false });
  }

  async status(): Promise<number> {
    const page = { page: 1, per_page: this.call.options.limit };
    const { keys } = await this.reader.keys(page);
    const { unreadable } = await this.reader.unreadable(page);
    this.answer({ keys, unreadable }, () => statusText(keys, unreadable));
    return 0;
  }

  async rotateRoot(): Promise<number> {
    const rotation = await this.begin(NIL_ORGANIZATION, 'root', async () => {
      return (await this.operations.rotate(CLI, { kind: 'root' })).rotation;
    });
    const finished = await this.work.follow('Root key', rotation);
    const backUp =
      finished.state === 'completed' ? '\nBack up the new root key now, apart from the database.' : '';
    this.answer({ rotation: finished }, () => ending('The root key was rotated', finished) + backUp);
    return finished.state === 'completed' ? 0 : 1;
  }

  async rotateOrganizations(): Promise<number> {
    const [name] = this.call.words;
    const { all } = this.call.options;
    const ids = all ? this.overview.organizationIds() : [(await this.overview.requireOrganization(name!)).id];
    const rotations: KeyRotationDto[] = [];
    for await (const id of ids) {
      if (this.call.interrupted.aborted) break;
      const rotation = await this.begin(id, 'organization', async () => {
        return (await this.operations.rotate(CLI, { kind: 'organization', organization_id: id })).rotation;
      });
      const label = rotation.organization_name ?? id;
      const finished = await this.work.follow(label, rotation, !all);
      rotations.push(finished);
      if (!this.call.options.json) this.say(ending(`The key of ${label} was rotated`, finished));
    }
    if (this.call.options.json) this.answer(all ? { rotations } : { rotation: rotations[0] }, () => '');
    const through = rotations.every(({ state }) => state === 'completed');
    return through && !this.call.interrupted.aborted ? 0 : 1;
  }

  async verify(): Promise<number> {
    const [name] = this.call.words;
    const organization = name === undefined ? null : await this.overview.requireOrganization(name);
    const rotation = await this.begin(organization?.id ?? NIL_ORGANIZATION, 'verification', async () => {
      const dto = organization ? { organization_id: organization.id } : {};
      return (await this.operations.verify(CLI, dto)).rotation;
    });
    const finished = await this.work.follow(`Verify ${organization?.name ?? 'everything'}`, rotation);
    const query = { page: 1, per_page: 100, organization_id: organization?.id };
    const { unreadable, pagination } = await this.reader.unreadable(query);
    const said = ending('Every sealed value was looked at', finished);
    this.answer({ rotation: finished, unreadable }, () =>
      unreadable.length === 0 ? said : `${said}\n\n${unreadableTable(unreadable, pagination.total)}`,
    );
    return finished.state === 'completed' && finished.skipped === 0 ? 0 : 1;
  }

  async retire(): Promise<number> {
    const [name] = this.call.words;
    const version = this.call.options.keyVersion;
    if (name === undefined) return this.retireAll();
    const organization = name === 'root' ? null : await this.overview.requireOrganization(name);
    const { retirement } = await this.operations.retire(CLI, {
      kind: organization ? 'organization' : 'root',
      ...(organization ? { organization_id: organization.id } : {}),
      ...(version === undefined ? {} : { version }),
    });
    this.answer({ retirement }, () => retired(organization?.name ?? 'the root key', retirement));
    return 0;
  }

  private async retireAll(): Promise<number> {
    const results: object[] = [];
    let refused = 0;
    for (const { id, name } of await this.overview.withOlderVersions()) {
      try {
        const { retirement } = await this.operations.retire(CLI, {
          kind: 'organization',
          organization_id: id,
        });
        results.push({ organization_id: id, retirement });
        if (!this.call.options.json) this.say(retired(name, retirement));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refused += 1;
        results.push({ organization_id: id, error: { code: error.code, message: error.message } });
        if (!this.call.options.json) this.say(`${name}: ${error.message}`);
      }
    }
    this.answer({ retirements: results }, () =>
      results.length === 0 ? 'No organisation has older versions of its key.' : '',
    );
    return refused === 0 ? 0 : 1;
  }

  /** One that is open is gone on with. */
  private async begin(
    organizationId: string,
    kind: 'root' | 'organization' | 'verification',
    start: () => Promise<KeyRotationDto>,
  ): Promise<KeyRotationDto> {
    const rotations = this.session.app.get(KeyRotations, { strict: false });
    const open = await rotations.findOpen(organizationId, kind);
    if (!open) return start();
    if (open.state === 'running') return (await this.reader.rotation(open.id)).rotation;
    return (await this.operations.resume(CLI, open.id)).rotation;
  }

  private answer(json: object, text: () => string): void {
    this.say(this.call.options.json ? JSON.stringify(json, null, 2) : text());
  }

  private say(text: string): void {
    if (text) this.call.streams.out(`${text}\n`);
  }
}

function ending(done: string, rotation: KeyRotationDto): string {
  if (rotation.state === 'completed') return `${done}: ${progressLine({ ...rotation, state: 'running' })}.`;
  if (rotation.state === 'failed')
    return `It could not go on: ${rotation.error ?? 'it failed.'} Once that is mended, the same command goes on with it.`;
  return `Paused at ${progressLine({ ...rotation, state: 'running' })}. The same command goes on with it.`;
}

function retired(name: string, { retired: gone, kept }: RetirementDto): string {
  const parts = [`${name}: ${gone.length > 0 ? `destroyed ${gone.join(', ')}` : 'nothing was destroyed'}`];
  for (const { version, values } of kept)
    parts.push(`version ${version} stays, ${count(values, 'value')} sealed under it`);
  return `${parts.join('; ')}.`;
}

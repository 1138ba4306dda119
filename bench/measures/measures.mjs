// What run.mjs asks of the server's process: data to work on, and work measured without HTTP.
import pg from 'pg';
import { CredentialMeasures } from './credentials.mjs';
import { ListMeasures } from './lists.mjs';
import { KeyMeasures } from './keys.mjs';
import { TokenMeasures } from './tokens.mjs';
import { WatchMeasures } from './watch.mjs';

/** In one process with the application, whose services are measured, and with plain `pg` beside them. */
export class Measures {
  constructor(app, urls) {
    const of = (type) => app.get(type, { strict: false });
    this.owner = new pg.Pool({ connectionString: urls.owner, max: 20 });
    const credentials = new CredentialMeasures(of, this.owner);
    this.groups = [
      credentials,
      new TokenMeasures(of),
      new KeyMeasures(of, this.owner),
      new WatchMeasures(of, this.owner, credentials),
      new ListMeasures(of, this.owner),
      this,
    ];
  }

  /** Calls the measure of this name, whichever group has it. */
  call(name, parameters) {
    return this.groups.find((group) => name in group)[name](...parameters);
  }

  close() {
    return this.owner.end();
  }

  /** @param collected after a full collection, which stops everything for a moment. */
  memory(collected) {
    if (collected) global.gc();
    return Math.round(process.memoryUsage().rss / 2 ** 20);
  }
}

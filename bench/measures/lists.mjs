// Integrations as `latchkey seed-demo` makes them, to list.
import { DemoIntegrations } from '../../apps/api/dist/integrations/demo/demo-integrations.js';

const SYSTEM = { kind: 'system', component: 'bench' };

export class ListMeasures {
  constructor(of, owner) {
    this.owner = owner;
    this.demo = of(DemoIntegrations);
  }

  async seed(organizationId, userId, count) {
    await this.demo.make(SYSTEM, { organizationId, createdBy: userId }, count);
    // As autovacuum does within a minute.
    await this.owner.query('VACUUM ANALYZE integrations');
    await this.owner.query('VACUUM ANALYZE integration_terms');
    await this.owner.query('VACUUM ANALYZE integration_credentials');
  }
}

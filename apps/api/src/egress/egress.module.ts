import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { AddressPolicy } from './address-policy.js';
import { EgressClient } from './egress.client.js';
import { HostMap } from './host-map.js';

@Global()
@Module({
  providers: [
    {
      provide: EgressClient,
      inject: [Environment],
      useFactory: ({ egressAllow, egressDeny, egressHostMap }: Environment) => {
        const hosts = new HostMap(egressHostMap);
        for (const entry of hosts.describe()) {
          new Logger('Egress').warn(`EGRESS_HOST_MAP sends calls elsewhere than they say: ${entry}`);
        }
        return new EgressClient({
          addresses: new AddressPolicy({ allow: egressAllow, deny: egressDeny }),
          hosts,
          // Services inside a company are often served without TLS; the interface warns of it.
          allowInsecureHttp: true,
        });
      },
    },
  ],
  exports: [EgressClient],
})
export class EgressModule implements OnApplicationShutdown {
  constructor(private readonly client: EgressClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }
}

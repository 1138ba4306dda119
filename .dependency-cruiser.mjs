// Who may import whom: design page "architecture", enforced. A newcomer who breaks a rule is told which and why.
const api = (folders) => `^apps/api/src/(${folders})/`;
const FEATURES =
  'auth|identity|vault|catalogue|tokens|integrations|inbound|connect|github-app|slack|health-monitor|notifications|mail|audit|admin|health|access|usage';

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

export default {
  forbidden: [
    rule('no-cycles', 'An import cycle is a missing third module.', {}, { circular: true }),
    rule(
      'foundations-know-no-feature',
      'common, config, database, jobs and egress import no feature.',
      { path: api('common|config|database|jobs|egress') },
      { path: api(FEATURES) },
    ),
    rule(
      'vault-is-a-leaf',
      'The vault knows no feature but the audit trail, which is told of rotations.',
      { path: api('vault') },
      { path: api(FEATURES), pathNot: api('vault|audit') },
    ),
    rule(
      'audit-is-a-leaf',
      'The audit trail knows no feature.',
      { path: api('audit') },
      { path: api(FEATURES), pathNot: api('audit') },
    ),
    rule(
      'identity-is-below-auth',
      'identity imports nothing of what stands above it.',
      { path: api('identity') },
      { path: api(FEATURES), pathNot: api('identity|vault|audit') },
    ),
    rule(
      'auth-is-below-routes',
      'auth is below everything with a route.',
      { path: api('auth') },
      { path: api(FEATURES), pathNot: api('auth|identity|vault|audit|mail') },
    ),
    rule(
      'tokens',
      'tokens → vault, audit, catalogue, egress.',
      { path: api('tokens') },
      { path: api(FEATURES), pathNot: api('tokens|vault|audit|catalogue') },
    ),
    rule(
      'integrations',
      'integrations → tokens, vault, audit, catalogue, identity, egress.',
      { path: api('integrations') },
      { path: api(FEATURES), pathNot: api('integrations|tokens|vault|audit|catalogue|identity') },
    ),
    rule(
      'usage',
      'usage → integrations.',
      { path: api('usage') },
      { path: api(FEATURES), pathNot: api('usage|integrations') },
    ),
    rule(
      'access',
      'access → integrations, tokens, vault, audit, catalogue, identity, auth, usage, egress.',
      { path: api('access') },
      {
        path: api(FEATURES),
        pathNot: api('access|integrations|tokens|vault|audit|catalogue|identity|auth|usage'),
      },
    ),
    rule(
      'inbound-is-a-leaf',
      'What providers send is taken in once, whoever works on it; it knows no feature.',
      { path: api('inbound') },
      { path: api(FEATURES), pathNot: api('inbound') },
    ),
    rule(
      'connect',
      'connect → integrations, tokens, vault, audit, catalogue, identity, auth, egress.',
      { path: api('connect') },
      {
        path: api(FEATURES),
        pathNot: api('connect|integrations|tokens|vault|audit|catalogue|identity|auth'),
      },
    ),
    rule(
      'github-app',
      'github-app → connect, inbound, integrations, tokens, vault, audit, catalogue, identity, auth, egress.',
      { path: api('github-app') },
      {
        path: api(FEATURES),
        pathNot: api('github-app|connect|inbound|integrations|tokens|vault|audit|catalogue|identity|auth'),
      },
    ),
    rule(
      'slack',
      'slack → github-app (repositories), connect, inbound, integrations, tokens, vault, audit, catalogue, identity, auth, egress.',
      { path: api('slack') },
      {
        path: api(FEATURES),
        pathNot: api(
          'slack|github-app|connect|inbound|integrations|tokens|vault|audit|catalogue|identity|auth',
        ),
      },
    ),
    rule(
      'health-monitor',
      'health-monitor → integrations, tokens, connect, github-app, inbound, notifications, usage.',
      { path: api('health-monitor') },
      {
        path: api(FEATURES),
        pathNot: api('health-monitor|integrations|tokens|connect|github-app|inbound|notifications|usage'),
      },
    ),
    rule(
      'nothing-above',
      'Nothing but the application and the command line imports health-monitor, admin or access.',
      { path: api(FEATURES), pathNot: api('health-monitor|admin|access') },
      { path: api('health-monitor|admin|access|cli') },
    ),
    rule(
      'repositories-stay-home',
      'Another module’s service may be imported, its repository or entity never.',
      { path: '^apps/api/src/([^/]+)/' },
      {
        path: '^apps/api/src/[^/]+/.*\\.(repository|entity)\\.ts$',
        pathNot: '^apps/api/src/$1/',
      },
    ),
    rule(
      'providers-are-plain',
      'Providers are functions of config, secrets and egress: no entity, no repository, no Nest.',
      { path: '^apps/api/src/integrations/providers/' },
      { path: '(\\.(repository|entity|service|module)\\.ts$|node_modules/(@nestjs|typeorm))' },
    ),
    rule(
      'one-way-out',
      'Everything that leaves goes through egress.',
      {
        path: '^apps/api/src/',
        pathNot: '^apps/api/src/(egress/|database/local-process|security-headers|bootstrap)',
      },
      { path: '(node_modules/undici|^(node:)?(http|https|net|tls|dgram|http2)$)' },
    ),
    rule(
      'web-knows-the-client-only',
      'The web app imports the generated client and nothing of the server.',
      { path: '^apps/web/' },
      { path: '^(apps/api|libs/catalogue)/' },
    ),
    rule(
      'web-features-are-apart',
      'shared → features → app, and no import across features.',
      { path: '^apps/web/src/features/([^/]+)/' },
      { path: '^apps/web/src/(app|features)/', pathNot: '^apps/web/src/features/$1/' },
    ),
    rule(
      'web-shared-is-below',
      'Shared components and lib know no feature and not the app.',
      { path: '^apps/web/src/(components|lib)/' },
      { path: '^apps/web/src/(features|app)/' },
    ),
    rule(
      'sdk-stands-alone',
      'Programs everywhere take the SDK: it imports nothing, not even of Node.',
      { path: '^libs/sdk/src/' },
      { pathNot: '^libs/sdk/src/' },
    ),
    rule('libs-are-free', 'Libraries know no app.', { path: '^libs/' }, { path: '^apps/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|\\.spec\\.ts$)' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'default'] },
    tsConfig: { fileName: 'tsconfig.base.json' },
  },
};

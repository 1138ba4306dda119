import { Identity1700000000001 } from './migrations/0001-identity.js';
import { BuiltInRoles1700000000002 } from './migrations/0002-built-in-roles.js';
import { Vault1700000000003 } from './migrations/0003-vault.js';
import { Integrations1700000000004 } from './migrations/0004-integrations.js';
import { Watch1700000000005 } from './migrations/0005-watch.js';
import { Audit1700000000006 } from './migrations/0006-audit.js';
import { Access1700000000007 } from './migrations/0007-access.js';
import { Connect1700000000008 } from './migrations/0008-connect.js';
import { Lists1700000000010 } from './migrations/0010-lists.js';
import { NamedValues1700000000012 } from './migrations/0012-named-values.js';
import { NameOrder1700000000013 } from './migrations/0013-name-order.js';

export const MIGRATIONS = [
  Identity1700000000001,
  BuiltInRoles1700000000002,
  Vault1700000000003,
  Integrations1700000000004,
  Watch1700000000005,
  Audit1700000000006,
  Access1700000000007,
  Connect1700000000008,
  Lists1700000000010,
  NamedValues1700000000012,
  NameOrder1700000000013,
];

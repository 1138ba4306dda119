/** What was asked for cannot be understood; the message says how to ask. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const KEYS = `Usage: latchkey keys <command>

  status                    where the root key is, which keys there are, and what is done on them
  rotate-root               a new root key: a new key file, or what KEY_STORE_NEXT and its settings say
  rotate-org <slug or id>   a new key for an organisation (--all: for every one)
  verify [slug or id]       opens every sealed value, of all organisations or of one, and names what does not open
  retire [root | slug | id] destroys old versions that nothing is sealed under (--key-version <n>: that one alone)

Options: --json for machines, --help.
Ctrl-C pauses what is under way; the same command goes on with it.`;

const DETAILS: Record<string, string> = {
  keys: KEYS,
  'keys status': `Usage: latchkey keys status [--json] [--limit <organisations>]

Where the root key is held, its fingerprint, the versions of organisations' keys and how many values each older one
still seals, what could not be opened, and the rotations. Never a key.`,
  'keys rotate-root': `Usage: latchkey keys rotate-root [--json]

Wraps every organisation's key by a new root key: one that is made in the key file's folder, or the one that
KEY_STORE_NEXT names. A rotation that is paused goes on. Afterwards back the new key up, give it to every replica as
KEY_STORE, and destroy the old one with \`latchkey keys retire root\`.`,
  'keys rotate-org': `Usage: latchkey keys rotate-org <slug or id> | --all [--json]

Makes a new version of an organisation's key and seals everything anew under it, in the background of a running
Latchkey or in this process. Everything stays readable. Interrupted at any moment it loses nothing: the same command goes
on. What cannot be opened is skipped and named by \`latchkey keys status\`.`,
  'keys verify': `Usage: latchkey keys verify [slug or id] [--json]

Opens every sealed value and names those that do not open. Ends with 1 when there are any.`,
  'keys retire': `Usage: latchkey keys retire [root | slug or id] [--key-version <n>] [--json]

Destroys old versions of a key for good. PostgreSQL proves that nothing is sealed under them; otherwise nothing happens
and it is said what still uses them. Without a name: of every organisation that has older versions.`,
  'seed-demo': `Usage: latchkey seed-demo [--integrations <n>] [--force] [--json]

Makes the account demo@example.com with an organisation and that many integrations (1,000 unless you say) of all types that
are entered by hand, and prints its password once. Their credentials are random and of no use anywhere, their addresses are
under example.com, and the watch never looks at them. An installation that has accounts is refused, unless you say --force.`,
  'import fernet': `Usage: latchkey import fernet <file> --organization <slug or id> [--dry-run] [--json]

Takes over integrations whose credentials were sealed with Fernet. LATCHKEY_FERNET_KEY holds the key: the master key or
passphrase (PBKDF2 with the salt devops-command-center-salt), or a Fernet key itself. It is never an argument, which
others on the machine could see. '-' as the file reads standard input.

The file is CSV with a header, a JSON array or JSON lines, with the columns integration_type_id, name, encrypted_data, and
where there are any description, config and credential_type. With psql:

  \\copy (SELECT i.integration_type_id, i.name, i.description, i.config, c.credential_type, c.encrypted_data FROM integrations i JOIN integration_credentials c ON c.integration_id = i.id WHERE i.organization_id = '…') TO 'integrations.csv' WITH (FORMAT csv, HEADER)

Each row is held against the type's manifest and made as pending, so that the watch tests it. A row whose type and name the
organisation has is skipped, so the same file can be imported twice. One row that is wrong stops no other.`,
};

const TOP = `Usage: latchkey <command>

  keys       root key and organisations' keys: status, rotate-root, rotate-org, verify, retire
  import     integrations from another system: fernet
  seed-demo  an account with many integrations that are none, to look at and to measure with

\`latchkey <command> --help\` says more. It works beside a running Latchkey on the same settings (LATCHKEY_DATA_DIR or
DATABASE_URL, and the key store's), or alone. It ends with 0 when all went well, 1 when something did not, 2 when it was
not understood or could not start.`;

/** The help for the longest known beginning of the words. */
export function helpFor(words: string[]): string {
  return DETAILS[words.slice(0, 2).join(' ')] ?? DETAILS[words[0] ?? ''] ?? TOP;
}

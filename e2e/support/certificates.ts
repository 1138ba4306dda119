import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts. */
export interface Certificate {
  cert: string;
  key: string;
}

/**
 * A certificate for 127.0.0.1 that no authority signed, made with the `openssl` command: a committed one would
 * expire one day. Whoever trusts exactly this certificate can verify it.
 */
export function selfSigned(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-e2e-certificate-'));
  const command =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 -subj /CN=127.0.0.1 ' +
    '-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem';
  try {
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' });
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    return { cert: read('cert.pem'), key: read('key.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts. */
export interface CertificateAndKey {
  cert: string;
  key: string;
}

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc';

/**
 * A certificate authority in a temporary folder, made with the `openssl` command: for tests of TLS, where a
 * committed certificate would expire one day. Call `remove` when done.
 */
export class TestAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-certificates-'));
  /** The authority's own certificate, PEM. */
  readonly certificate: string;
  #serial = 0;

  constructor() {
    this.#openssl(
      `req -x509 ${NEW_KEY} -days 2 -keyout ca.key -out ca.crt -addext basicConstraints=critical,CA:TRUE`,
      '-subj',
      '/CN=Latchkey test authority',
    );
    this.certificate = this.#read('ca.crt');
    writeFileSync(join(this.#folder, 'index.txt'), '');
    writeFileSync(
      join(this.#folder, 'ca.cnf'),
      `[ca]
default_ca = own
[own]
database = ${this.#folder}/index.txt
new_certs_dir = ${this.#folder}
certificate = ${this.#folder}/ca.crt
private_key = ${this.#folder}/ca.key
default_md = sha256
rand_serial = yes
policy = any
[any]
commonName = supplied
`,
    );
  }

  /**
   * Issues a certificate for servers and clients.
   * @param names subject alternative names as openssl writes them, such as `DNS:localhost` or `IP:127.0.0.1`.
   * @param options expired: one that ended in 2021.
   */
  issue(names: string[], { expired = false } = {}): CertificateAndKey {
    const name = `leaf-${(this.#serial += 1)}`;
    this.#openssl(`req ${NEW_KEY} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`);
    writeFileSync(
      join(this.#folder, `${name}.ext`),
      `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`,
    );
    const validity = expired ? '-startdate 20200101000000Z -enddate 20210101000000Z' : '-days 2';
    this.#openssl(
      `ca -batch -notext -config ca.cnf -in ${name}.csr -out ${name}.crt -extfile ${name}.ext ${validity}`,
    );
    return { cert: this.#read(`${name}.crt`), key: this.#read(`${name}.key`) };
  }

  /** A certificate that no authority signed. */
  selfSigned(names: string[]): CertificateAndKey {
    const name = `self-${(this.#serial += 1)}`;
    this.#openssl(
      `req -x509 ${NEW_KEY} -days 2 -subj /CN=${name} -keyout ${name}.key -out ${name}.crt`,
      '-addext',
      `subjectAltName=${names.join(',')}`,
    );
    return { cert: this.#read(`${name}.crt`), key: this.#read(`${name}.key`) };
  }

  /** Deletes the folder with the keys. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param command without `openssl`; words are separated by single spaces, further ones follow as they are. */
  #openssl(command: string, ...more: string[]): void {
    execFileSync('openssl', [...command.split(' '), ...more], { cwd: this.#folder, stdio: 'pipe' });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}

import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** PEM texts. */
export interface CertificateAndKey {
  cert: string;
  key: string;
}

interface Contents {
  commonName: string;
  extensions: object[];
  expired: boolean;
}

const DAY_MS = 86_400_000;

function makeKey(): {
  privateKey: forge.pki.rsa.PrivateKey;
  publicKey: forge.pki.rsa.PublicKey;
  pem: string;
} {
  const pem = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return {
    privateKey: forge.pki.privateKeyFromPem(pem.privateKey),
    publicKey: forge.pki.publicKeyFromPem(pem.publicKey),
    pem: pem.privateKey,
  };
}

/** `DNS:localhost` and `IP:127.0.0.1` as forge writes them. */
function alternativeNames(names: string[]): object {
  const altNames = names.map((name) =>
    name.startsWith('IP:') ? { type: 7, ip: name.slice(3) } : { type: 2, value: name.replace(/^DNS:/, '') },
  );
  return { name: 'subjectAltName', altNames };
}

/**
 * A certificate authority in memory: for tests of TLS, where a committed certificate would expire one day, and on
 * machines that have no openssl command.
 */
export class TestAuthority {
  readonly #name = [{ name: 'commonName', value: 'Latchkey test authority' }];
  readonly #key = makeKey();
  /** The authority's own certificate, PEM. */
  readonly certificate: string;
  #serial = 0;

  constructor() {
    const extensions = [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true },
    ];
    this.certificate = this.#sign(this.#key.publicKey, {
      commonName: 'Latchkey test authority',
      extensions,
      expired: false,
    });
  }

  /**
   * Issues a certificate for servers and clients.
   * @param names subject alternative names, such as `DNS:localhost` or `IP:127.0.0.1`.
   * @param options expired: one that ended in 2021.
   */
  issue(names: string[], { expired = false } = {}): CertificateAndKey {
    const key = makeKey();
    const extensions = [alternativeNames(names), { name: 'extKeyUsage', serverAuth: true, clientAuth: true }];
    return { cert: this.#sign(key.publicKey, { commonName: 'leaf', extensions, expired }), key: key.pem };
  }

  /** A certificate that no authority signed. */
  selfSigned(names: string[]): CertificateAndKey {
    const key = makeKey();
    const certificate = this.#draft(key.publicKey, {
      commonName: 'self',
      extensions: [alternativeNames(names)],
      expired: false,
    });
    certificate.setIssuer(certificate.subject.attributes);
    certificate.sign(key.privateKey, forge.md.sha256.create());
    return { cert: forge.pki.certificateToPem(certificate), key: key.pem };
  }

  #draft(
    publicKey: forge.pki.rsa.PublicKey,
    { commonName, extensions, expired }: Contents,
  ): forge.pki.Certificate {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    this.#serial += 1;
    certificate.serialNumber = this.#serial.toString(16).padStart(4, '0');
    certificate.validity.notBefore = expired ? new Date('2020-01-01') : new Date(Date.now() - DAY_MS);
    certificate.validity.notAfter = expired ? new Date('2021-01-01') : new Date(Date.now() + 2 * DAY_MS);
    certificate.setSubject([{ name: 'commonName', value: commonName }]);
    certificate.setExtensions(extensions);
    return certificate;
  }

  #sign(publicKey: forge.pki.rsa.PublicKey, contents: Contents): string {
    const certificate = this.#draft(publicKey, contents);
    certificate.setIssuer(this.#name);
    certificate.sign(this.#key.privateKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  }
}

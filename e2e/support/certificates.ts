import forge from 'node-forge';

/** PEM texts. */
export interface Certificate {
  cert: string;
  key: string;
}

const DAY_MS = 86_400_000;

/**
 * A certificate for 127.0.0.1 that no authority signed; who trusts exactly this one can verify it. Made anew, since
 * a committed one would expire one day.
 */
export function selfSigned(): Certificate {
  const { publicKey, privateKey } = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  const name = [{ name: 'commonName', value: '127.0.0.1' }];
  certificate.publicKey = publicKey;
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS);
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: forge.pki.privateKeyToPem(privateKey) };
}

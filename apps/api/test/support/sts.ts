import { type Answer, Counterpart, type Received } from './counterpart.js';
import { signatureProblem } from './sigv4.js';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export const STS_HOST = 'sts.eu-central-1.amazonaws.com';
export const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
export const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
export const ROLE = 'arn:aws:iam::123456789012:role/latchkey';

interface Session {
  keyId: string;
  secret: string;
  token: string;
}

const xml = (text: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  text,
});

export const stsError = (code: string, message: string, status = 403): Answer =>
  xml(
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    status,
  );

/** Keys for a token that another vouches for. */
export const webIdentityAnswer = ({ keyId, secret, token }: Session, end: Date): Answer =>
  xml(
    `<AssumeRoleWithWebIdentityResponse xmlns="${NAMESPACE}"><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>${keyId}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${end.toISOString()}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
  );

/** AWS STS on the wire: it computes every signature again and lets nobody in whose signature is another. */
export class Sts {
  readonly problems: string[] = [];
  readonly assumed: URLSearchParams[] = [];
  server: Counterpart;
  externalId = 'external-1';

  /** @param now the time of the application, for the end of sessions. */
  static async start(): Promise<Sts> {
    const sts = new Sts();
    sts.server = await Counterpart.start();
    return sts;
  }

  serve(now: () => number): void {
    this.problems.length = 0;
    this.assumed.length = 0;
    this.server.answers({ 'POST /': (request) => this.answer(request, now()) });
  }

  /** The keys of the newest session. */
  session(): Session {
    const number = this.assumed.length;
    return {
      keyId: `ASIAIOSFODNN7SESS${String(number).padStart(3, '0')}`,
      secret: `session-secret-${number}`,
      token: `session-token-${number}`,
    };
  }

  private answer(request: Received, now: number): Answer {
    const form = new URLSearchParams(request.body);
    const token = request.headers['x-amz-security-token'];
    const session = token === undefined ? undefined : this.session();
    if (session && session.token !== token) return stsError('ExpiredToken', 'The security token is expired');
    const problem = signatureProblem(request, session?.keyId ?? ACCESS_KEY, session?.secret ?? SECRET_KEY);
    if (problem) {
      this.problems.push(problem);
      return problem.startsWith('the key is')
        ? stsError('InvalidClientTokenId', 'The security token included in the request is invalid.')
        : stsError('SignatureDoesNotMatch', 'The request signature we calculated does not match.');
    }
    return form.get('Action') === 'AssumeRole' ? this.assume(form, now) : this.identify(session);
  }

  private assume(form: URLSearchParams, now: number): Answer {
    if (form.get('RoleArn') !== ROLE || form.get('ExternalId') !== this.externalId)
      return stsError('AccessDenied', `User: arn:aws:iam::123456789012:user/u is not authorized`);
    this.assumed.push(form);
    const { keyId, secret, token } = this.session();
    const end = new Date(now + Number(form.get('DurationSeconds')) * 1000).toISOString();
    return xml(
      `<AssumeRoleResponse xmlns="${NAMESPACE}"><AssumeRoleResult><Credentials><AccessKeyId>${keyId}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken><Expiration>${end}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:latchkey</AssumedRoleId><Arn>${ROLE}</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>`,
    );
  }

  private identify(session: Session | undefined): Answer {
    const who = session ? 'assumed-role/latchkey/latchkey' : 'user/latchkey';
    return xml(
      `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:${who}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

import type { AuthMode, IntegrationType } from '../../api/types';
import { isOAuthWay, providerName, sentenceStart } from '../connect/oauth-way';
import { Guide } from './Guide';
import classes from './Guide.module.css';

interface ModeGuideProps {
  type: IntegrationType;
  mode: AuthMode;
  /** The organisation brings the client that asks. */
  ownClient: boolean;
}

/** Where the credential is found, or what happens when it is asked for at the provider. */
export function ModeGuide({ type, mode, ownClient }: ModeGuideProps) {
  const documentation = { href: type.documentation_url, text: `${type.name} documentation` };
  if (!isOAuthWay(mode)) {
    const link = mode.link ? { href: mode.link, text: `Open ${type.name}` } : documentation;
    return <Guide title="Where do I find this?" steps={mode.steps} link={link} />;
  }
  const provider = providerName(type);
  const { client_setup: setup } = mode.oauth;
  return (
    <div className={classes.guides}>
      {ownClient && (
        <Guide
          title={`Register a client at ${provider}`}
          steps={setup.steps}
          link={setup.link ? { href: setup.link, text: `Open ${type.name}` } : documentation}
        />
      )}
      <Guide
        title="What will happen"
        steps={[
          `A window of ${provider} opens. You sign in there; Latchkey never sees that password.`,
          `${sentenceStart(provider)} shows what Latchkey asks for, and you agree or not.`,
          'You come back here. Latchkey stores the token sealed, tests the connection, and renews the token by itself.',
        ]}
      />
    </div>
  );
}

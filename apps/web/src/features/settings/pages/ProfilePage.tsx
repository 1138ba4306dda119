import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Panel } from '../../../components/Panel';
import { RelativeTime } from '../../../components/RelativeTime';
import { humanize } from '../../../lib/format';
import { useMe } from '../../../lib/me';

export function ProfilePage() {
  const me = useMe();
  return (
    <Panel title="Profile" description="Your account in this installation.">
      <Facts
        rows
        facts={[
          { label: 'Name', value: me.full_name },
          { label: 'E-mail', value: `${me.email}${me.email_verified ? '' : ' (not verified)'}` },
          { label: 'Role', value: me.role ? humanize(me.role) : 'None' },
          { label: 'Installation', value: me.is_super_admin ? 'Administrator' : 'User' },
          { label: 'Member since', value: <RelativeTime time={me.created_at} /> },
          { label: 'Identifier', value: <Identifier value={me.id} label="Copy your identifier" /> },
        ]}
      />
    </Panel>
  );
}

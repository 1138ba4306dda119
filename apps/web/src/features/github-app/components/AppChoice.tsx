import { RadioCards } from '../../../components/RadioCards';
import { plural } from '../../../lib/format';
import { hostOf } from '../addresses';
import { type GithubApp, INSTALLATION_APP } from '../api/types';

interface AppChoiceProps {
  label: string;
  apps: GithubApp[];
  value: string;
  onChange: (id: string) => void;
}

/** One of the Apps that the organisation may use. */
export function AppChoice({ label, apps, value, onChange }: AppChoiceProps) {
  const cards = apps.map((app) => ({ value: app.id, label: app.name, description: aboutApp(app) }));
  return <RadioCards label={label} cards={cards} value={value} onChange={onChange} />;
}

/** `Of acme on github.com · 2 installations` */
function aboutApp({ id, owner, web_url: webUrl, installations }: GithubApp): string {
  const whose =
    id === INSTALLATION_APP ? 'Of this Latchkey installation' : `Of ${owner ?? 'a personal account'}`;
  return `${whose}, on ${hostOf(webUrl)} · ${plural(installations, 'installation')}`;
}

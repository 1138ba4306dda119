import { Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Notice } from '../../../../components/Notice';
import { messageOf } from '../../../../lib/api-error';
import { plural } from '../../../../lib/format';
import { toastDone } from '../../../../lib/toast';
import { useChooseResources } from '../../api/choose-resources';
import type { Resource, ResourceKind } from '../../api/types';
import { idsOf, matching, sameIds, tellingOf } from './resource-filter';
import classes from './ResourceList.module.css';

interface ResourceListProps {
  id: string;
  kind: ResourceKind;
  provider: string;
  editable: boolean;
  onSaved?: () => void;
}

/** From here on a search is worth its room. */
const MANY = 8;

/** One kind of resource: ticked ones are what is meant. */
export function ResourceList({ id, kind, provider, editable, onSaved }: ResourceListProps) {
  const stored = idsOf(kind.resources.filter(({ selected }) => selected));
  // Until somebody changes it, the choice is what is stored.
  const [changed, setChanged] = useState<string[]>();
  const chosen = changed ?? stored;
  const [typed, setTyped] = useState('');
  const choose = useChooseResources(id);
  if (kind.resources.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The account reaches none at {provider}. When that changes there, they appear here.
      </Text>
    );
  }
  const found = matching(kind.resources, typed);
  const save = () =>
    choose.mutate(
      { kind: kind.id, ids: chosen },
      {
        onSuccess: () => {
          setChanged(undefined);
          toastDone(
            chosen.length === 0 ? 'Nothing is chosen now.' : `${plural(chosen.length, 'choice')} saved.`,
          );
          onSaved?.();
        },
      },
    );
  return (
    <div className={classes.list}>
      {kind.resources.length >= MANY && (
        <TextInput
          type="search"
          aria-label={`Search: ${kind.title}`}
          placeholder={`Search ${kind.resources.length}`}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <Checkbox.Group
        value={chosen}
        onChange={(ids) => setChanged(idsOf(kind.resources).filter((each) => ids.includes(each)))}
        aria-label={kind.title}
      >
        <div className={classes.rows}>
          {found.map((resource) => (
            <ResourceRow key={resource.id} resource={resource} disabled={!editable} />
          ))}
        </div>
      </Checkbox.Group>
      {found.length === 0 && (
        <Text size="sm" c="dimmed">
          None has these words in its name.
        </Text>
      )}
      {kind.truncated && (
        <Text size="xs" c="dimmed">
          {provider} has more than these. The first {kind.resources.length} are shown.
        </Text>
      )}
      {choose.isError && (
        <Notice tone="bad" role="alert" title="The choice was not saved">
          {messageOf(choose.error)}
        </Notice>
      )}
      {editable && (
        <Group gap="sm">
          <Button size="xs" onClick={save} loading={choose.isPending} disabled={sameIds(chosen, stored)}>
            Save the choice
          </Button>
          <Text size="sm" c="dimmed" role="status">
            {chosen.length} of {kind.resources.length} chosen
          </Text>
        </Group>
      )}
    </div>
  );
}

function ResourceRow({ resource, disabled }: { resource: Resource; disabled: boolean }) {
  return (
    <Checkbox
      value={resource.id}
      disabled={disabled}
      className={classes.row}
      label={resource.name}
      description={
        resource.gone ? 'Chosen, but the account no longer reaches it.' : tellingOf(resource) || undefined
      }
    />
  );
}

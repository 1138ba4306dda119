import { Combobox, Modal, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { integrationsQuery } from '../../features/integrations/api/get-integrations';
import { statusLabels } from '../../features/integrations/components/status';
import { TypeLogo } from '../../features/integrations/components/TypeLogo';
import { useCommands } from './use-commands';
import classes from './CommandPalette.module.css';

interface CommandPaletteProps {
  opened: boolean;
  onClose: () => void;
}

const SHOWN = 8;
const DEBOUNCE_MS = 200;

/** Jumps to an integration or a page, by keyboard. */
export default function CommandPalette({ opened, onClose }: CommandPaletteProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      centered={false}
      yOffset="14vh"
      size="lg"
      padding={0}
      classNames={{ content: classes.content }}
      transitionProps={{ duration: 100 }}
    >
      <Modal.Title className={classes.title}>Search and commands</Modal.Title>
      <Palette onClose={onClose} />
    </Modal>
  );
}

function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const [q] = useDebouncedValue(wanted || undefined, DEBOUNCE_MS);
  const { data } = useQuery(integrationsQuery({ q }, SHOWN));
  const commands = useCommands().filter(({ label }) => label.toLowerCase().includes(wanted));
  const integrations = data?.integrations ?? [];
  const navigate = useNavigate();
  // The list is always open, and takes Escape before the window does.
  const combobox = useCombobox({ opened: true, onDropdownClose: onClose });

  // Enter takes the first match, also of those that arrive after the typing.
  const { selectFirstOption } = combobox;
  const first = integrations[0]?.id ?? commands[0]?.id;
  useEffect(() => {
    if (first) selectFirstOption();
  }, [selectFirstOption, first]);

  const run = (value: string) => {
    onClose();
    const command = commands.find(({ id }) => id === value);
    if (command) command.run();
    else void navigate({ to: '/integrations/$integrationId', params: { integrationId: value }, search: {} });
  };

  return (
    <Combobox store={combobox} onOptionSubmit={run}>
      <Combobox.EventsTarget>
        <TextInput
          data-autofocus
          leftSection={<IconSearch size={18} aria-hidden />}
          leftSectionWidth="2.75rem"
          classNames={{ input: classes.search }}
          placeholder="Search integrations and commands"
          aria-label="Search integrations and commands"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Combobox.EventsTarget>
      {/* A long list is scrolled by keyboard too. */}
      <Combobox.Options className={classes.list} aria-label="Results" tabIndex={0}>
        {integrations.length > 0 && (
          <Combobox.Group label="Integrations">
            {integrations.map(({ id, name, status, integration_type_id: typeId }) => (
              <Combobox.Option key={id} value={id} className={classes.option}>
                <TypeLogo typeId={typeId} size={20} />
                <span className={classes.label}>{name}</span>
                <span className={classes.note}>{statusLabels[status]}</span>
              </Combobox.Option>
            ))}
          </Combobox.Group>
        )}
        {commands.length > 0 && (
          <Combobox.Group label="Commands">
            {commands.map(({ id, label, icon: Icon }) => (
              <Combobox.Option key={id} value={id} className={classes.option}>
                <Icon size={18} aria-hidden />
                <span className={classes.label}>{label}</span>
              </Combobox.Option>
            ))}
          </Combobox.Group>
        )}
        {integrations.length + commands.length === 0 && <Combobox.Empty>Nothing matches.</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}

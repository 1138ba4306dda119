import { ConfirmDialog } from '../../../components/ConfirmDialog';
import { toastDone } from '../../../lib/toast';
import { useRetireKey, useRotateKey, useVerifySecrets } from '../api/act-on-keys';
import type { OrganizationKey } from '../api/types';

export type KeyAct = 'rotate' | 'verify' | 'retire';

interface OrganizationKeyDialogProps {
  organization: OrganizationKey;
  act: KeyAct;
  onClose: () => void;
}

function wordsOf(act: KeyAct, { name, active_version: active }: OrganizationKey) {
  switch (act) {
    case 'rotate':
      return {
        title: `Rotate the key of “${name}”?`,
        text: `Version ${active + 1} becomes the active one at once, and what is sealed under version ${active} is sealed anew in the background. Everything stays readable; nobody has to stop.`,
        confirm: 'Rotate the key',
        refused: 'It was not rotated',
        done: `The key of “${name}” is being rotated.`,
      };
    case 'verify':
      return {
        title: `Verify the secrets of “${name}”?`,
        text: 'Every sealed value is opened once, in the background. No value is shown; those that do not open are listed below.',
        confirm: 'Verify',
        refused: 'Nothing is verified',
        done: `The secrets of “${name}” are being verified.`,
      };
    case 'retire':
      return {
        title: `Retire the old keys of “${name}”?`,
        text: 'Versions under which nothing is sealed any more are destroyed for good. A whole backup of the database from before holds its own, and opens with the root key of its time.',
        confirm: 'Destroy the old versions',
        refused: 'Nothing was retired',
        done: '',
      };
  }
}

/** Asks before an organisation’s key is worked on, and says what that means. */
export function OrganizationKeyDialog({ organization, act, onClose }: OrganizationKeyDialogProps) {
  const { id, name } = organization;
  const rotate = useRotateKey();
  const verify = useVerifySecrets();
  const retire = useRetireKey();
  const words = wordsOf(act, organization);
  const finish = (message: string) => {
    toastDone(message);
    onClose();
  };
  const confirm = () => {
    const key = { kind: 'organization', organization_id: id } as const;
    if (act === 'rotate') rotate.mutate(key, { onSuccess: () => finish(words.done) });
    if (act === 'verify') verify.mutate(id, { onSuccess: () => finish(words.done) });
    if (act === 'retire') {
      retire.mutate(key, {
        onSuccess: ({ retired }) =>
          finish(`“${name}”: version ${retired.join(', ')} of its key is destroyed.`),
      });
    }
  };
  const { error, isPending } = { rotate, verify, retire }[act];
  return (
    <ConfirmDialog
      opened
      title={words.title}
      confirm={words.confirm}
      danger={act === 'retire'}
      pending={isPending}
      error={error}
      errorTitle={words.refused}
      onConfirm={confirm}
      onClose={onClose}
    >
      {words.text}
    </ConfirmDialog>
  );
}

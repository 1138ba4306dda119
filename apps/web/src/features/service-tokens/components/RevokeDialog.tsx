import { ConfirmDialog } from '../../../components/ConfirmDialog';
import { toastDone } from '../../../lib/toast';
import { useRevokeServiceToken } from '../api/revoke-service-token';
import type { ServiceToken } from '../api/types';
import { LastUse } from './TokenStatus';

interface RevokeDialogProps {
  token: ServiceToken;
  opened: boolean;
  onClose: () => void;
}

export function RevokeDialog({ token, opened, onClose }: RevokeDialogProps) {
  const revoke = useRevokeServiceToken(token.id);
  const close = () => {
    revoke.reset();
    onClose();
  };
  const confirm = () =>
    revoke.mutate(undefined, {
      onSuccess: () => {
        toastDone(`“${token.name}” is revoked.`);
        close();
      },
    });
  return (
    <ConfirmDialog
      opened={opened}
      title={`Revoke “${token.name}”?`}
      confirm="Revoke the token"
      danger
      pending={revoke.isPending}
      error={revoke.error}
      errorTitle="It was not revoked"
      onConfirm={confirm}
      onClose={close}
    >
      Programs that use it are refused within a second. This cannot be undone; a program that still needs
      access needs another token.
      <br />
      <strong>Last used:</strong> <LastUse token={token} />.
    </ConfirmDialog>
  );
}

import { useNavigate } from '@tanstack/react-router';
import { TypedConfirm } from '../../../../components/TypedConfirm';
import { toastDone } from '../../../../lib/toast';
import { useDeleteIntegration } from '../../api/delete-integration';
import type { Integration } from '../../api/types';

interface DeleteDialogProps {
  integration: Integration;
  opened: boolean;
  onClose: () => void;
}

/** Deleting asks for the name, typed. */
export function DeleteDialog({ integration, opened, onClose }: DeleteDialogProps) {
  const remove = useDeleteIntegration(integration.id);
  const navigate = useNavigate();
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: (warnings) => {
        toastDone(
          warnings.length === 0
            ? `“${integration.name}” is deleted.`
            : `“${integration.name}” is deleted, but not everything could be cleaned up: ${warnings.join(' ')}`,
        );
        void navigate({ to: '/integrations', search: {} });
      },
    });
  return (
    <TypedConfirm
      opened={opened}
      title={`Delete “${integration.name}”?`}
      name={integration.name}
      confirm="Delete integration"
      pending={remove.isPending}
      error={remove.error}
      errorTitle="It could not be deleted"
      onConfirm={confirm}
      onClose={onClose}
    >
      Its credentials are destroyed, its tokens revoked at the service where that is possible, and programs
      that use it fail from now on.
    </TypedConfirm>
  );
}

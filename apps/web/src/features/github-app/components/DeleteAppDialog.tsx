import { TypedConfirm } from '../../../components/TypedConfirm';
import { toastDone } from '../../../lib/toast';
import { useDeleteGithubApp } from '../api/delete-github-app';
import type { GithubApp } from '../api/types';

interface DeleteAppDialogProps {
  app: GithubApp;
  opened: boolean;
  onClose: () => void;
}

/** Deleting an App asks for its name, typed. */
export function DeleteAppDialog({ app, opened, onClose }: DeleteAppDialogProps) {
  const remove = useDeleteGithubApp(app.id);
  const close = () => {
    remove.reset();
    onClose();
  };
  return (
    <TypedConfirm
      opened={opened}
      title={`Delete “${app.name}”?`}
      name={app.name}
      confirm="Delete the App"
      pending={remove.isPending}
      error={remove.error}
      errorTitle="It could not be deleted"
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            toastDone(`“${app.name}” is deleted here. Delete it on GitHub too.`);
            close();
          },
        })
      }
      onClose={close}
    >
      Latchkey destroys the App’s private key and secrets. On GitHub the App stays until its owner deletes it
      there.
    </TypedConfirm>
  );
}

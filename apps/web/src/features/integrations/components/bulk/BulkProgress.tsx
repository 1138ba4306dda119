import { Button, Group, Modal, Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { ErrorState } from '../../../../components/ErrorState';
import { Notice } from '../../../../components/Notice';
import { messageOf } from '../../../../lib/api-error';
import { isOver, useBulkOperation, useCancelBulk, useListsChanged } from '../../api/bulk';
import type { BulkOperationDetails } from '../../api/types';
import { BulkOutcomes } from './BulkOutcomes';
import { ending, tally, titleOf } from './words';

interface BulkProgressProps {
  id: string;
  onClose: () => void;
}

/** How an operation on many integrations goes, one by one. Closing it lets it go on. */
export function BulkProgress({ id, onClose }: BulkProgressProps) {
  const query = useBulkOperation(id);
  const over = query.data !== undefined && isOver(query.data);
  const listsChanged = useListsChanged();
  useEffect(() => {
    if (over) listsChanged();
  }, [over, listsChanged]);
  return (
    <Modal opened onClose={onClose} withCloseButton={false} size="lg">
      <Modal.Title mb="xs">{query.data ? titleOf(query.data) : 'Many integrations at once'}</Modal.Title>
      <Stack gap="md" fz="sm">
        {query.isPending && <Skeleton h={160} aria-hidden />}
        {query.isError && !query.data && (
          <ErrorState
            title="Its progress could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
            retrying={query.isFetching}
          />
        )}
        {query.data && <Outcome operation={query.data} over={over} />}
        <Group justify="flex-end">
          {query.data && !over && <Cancel id={id} />}
          <Button variant={over ? 'filled' : 'default'} onClick={onClose} data-autofocus>
            {over || !query.data ? 'Close' : 'Let it go on in the background'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ operation, over }: { operation: BulkOperationDetails; over: boolean }) {
  const { total, done, failed, skipped, items } = operation;
  const finished = done + failed + skipped;
  const share = total === 0 ? 100 : (100 * finished) / total;
  const { tone, text } = ending(operation);
  return (
    <>
      {over ? (
        <Notice tone={tone} role="status" title={text}>
          {tally(operation)}.
        </Notice>
      ) : (
        <div>
          <Progress value={share} aria-label="Progress" />
          <Text size="xs" c="dimmed" mt={4} role="status">
            {finished.toLocaleString('en')} of {total.toLocaleString('en')}: {tally(operation)}
          </Text>
        </div>
      )}
      <BulkOutcomes items={items} />
    </>
  );
}

function Cancel({ id }: { id: string }) {
  const cancel = useCancelBulk(id);
  return (
    <>
      {cancel.isError && (
        <Text size="xs" c="red" role="alert">
          {messageOf(cancel.error)}
        </Text>
      )}
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel the rest
      </Button>
    </>
  );
}

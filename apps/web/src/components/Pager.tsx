import { Group, Pagination, Text } from '@mantine/core';

interface PagerProps {
  /** How many there are, in words. */
  summary: string;
  pagination: { total: number; page: number; per_page: number };
  onPage: (page: number) => void;
}

/** How many there are, and the way to the others. */
export function Pager({ summary, pagination, onPage }: PagerProps) {
  const pages = Math.ceil(pagination.total / pagination.per_page);
  return (
    <Group justify="space-between" mt="md">
      <Text size="sm" c="dimmed" role="status">
        {summary}
      </Text>
      {pages > 1 && (
        <Pagination
          total={pages}
          value={pagination.page}
          onChange={onPage}
          size="sm"
          getItemProps={(page) => ({ 'aria-label': `Page ${page}` })}
          getControlProps={(control) => ({ 'aria-label': `Go to the ${control} page` })}
        />
      )}
    </Group>
  );
}

import { IconArrowLeft } from '@tabler/icons-react';
import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';

export function BackToTokens() {
  return (
    <Anchor
      size="sm"
      c="dimmed"
      mb="sm"
      display="inline-flex"
      style={{ alignItems: 'center', gap: '0.25rem' }}
      renderRoot={(props) => <Link to="/settings/tokens" search={{}} {...props} />}
    >
      <IconArrowLeft size={14} aria-hidden /> Service tokens
    </Anchor>
  );
}

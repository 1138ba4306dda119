import { Tag } from '../../../components/Badge';
import { CheckCards } from '../../../components/CheckCards';
import type { Scope } from '../api/types';
import { SCOPES } from './scopes';

interface ScopeFieldProps {
  value: Scope[];
  error: string | undefined;
  onChange: (scopes: Scope[]) => void;
}

const cards = SCOPES.map(({ scope, label, allows }) => ({
  value: scope,
  label: (
    <>
      {label} <Tag mono>{scope}</Tag>
    </>
  ),
  description: allows,
}));

export function ScopeField({ value, error, onChange }: ScopeFieldProps) {
  return (
    <CheckCards
      label="What may the program do?"
      required
      cards={cards}
      value={value}
      error={error}
      onChange={(chosen) =>
        onChange(SCOPES.map(({ scope }) => scope).filter((each) => chosen.includes(each)))
      }
    />
  );
}

import { Checkbox, Group } from '@mantine/core';
import { Tag } from '../../../components/Badge';
import type { Scope } from '../api/types';
import { SCOPES } from './scopes';
import classes from './Tokens.module.css';

interface ScopeFieldProps {
  value: Scope[];
  error: string | undefined;
  onChange: (scopes: Scope[]) => void;
}

export function ScopeField({ value, error, onChange }: ScopeFieldProps) {
  return (
    <Checkbox.Group
      label="What may the program do?"
      required
      value={value}
      error={error}
      onChange={(scopes) =>
        onChange(SCOPES.map(({ scope }) => scope).filter((each) => scopes.includes(each)))
      }
    >
      <div className={classes.scopes}>
        {SCOPES.map(({ scope, label, allows }) => (
          <Checkbox.Card key={scope} value={scope} className={classes.card}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <Checkbox.Indicator mt={2} />
              <div>
                <Group gap="xs">
                  {label} <Tag mono>{scope}</Tag>
                </Group>
                <div className={classes.sub}>{allows}</div>
              </div>
            </Group>
          </Checkbox.Card>
        ))}
      </div>
    </Checkbox.Group>
  );
}

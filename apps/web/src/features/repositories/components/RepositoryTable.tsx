import { IconArchive, IconLock, IconTrashX, IconWorld } from '@tabler/icons-react';
import { Badge, Tag } from '../../../components/Badge';
import { Cell, DataTable } from '../../../components/DataTable';
import { RelativeTime } from '../../../components/RelativeTime';
import type { Mapping, Repository } from '../api/types';
import { MappedChannels } from './MappedChannels';
import classes from './Repositories.module.css';

interface RepositoryTableProps {
  repositories: Repository[];
  /** Whether the person may map channels. */
  manageable: boolean;
  /** Opens the form for a mapping, or for a new one. */
  onMap: (repository: Repository, mapping?: Mapping) => void;
}

const COLUMNS = ['Repository', 'Default branch', 'Slack channels'];

export function RepositoryTable({ repositories, manageable, onMap }: RepositoryTableProps) {
  return (
    <DataTable label="Repositories" columns={COLUMNS}>
      {repositories.map((repository) => (
        <tr key={repository.id}>
          <Cell>
            <RepositoryName repository={repository} />
          </Cell>
          <Cell label="Default branch">
            {repository.default_branch === null ? (
              <span className={classes.note}>None yet</span>
            ) : (
              <span className={classes.branch}>{repository.default_branch}</span>
            )}
          </Cell>
          <Cell label="Slack channels">
            <MappedChannels
              repository={repository}
              manageable={manageable}
              onMap={(mapping) => onMap(repository, mapping)}
            />
          </Cell>
        </tr>
      ))}
    </DataTable>
  );
}

const VISIBILITIES = {
  public: { label: 'Public', icon: IconWorld },
  private: { label: 'Private', icon: IconLock },
  internal: { label: 'Internal', icon: IconLock },
} as const;

function RepositoryName({ repository }: { repository: Repository }) {
  const { full_name: name, html_url: url, visibility, archived, removed_at: removed } = repository;
  const { label, icon: Icon } = VISIBILITIES[visibility];
  return (
    <>
      <div className={classes.nameLine}>
        <a
          className={classes.name}
          data-removed={removed ? true : undefined}
          href={url}
          target="_blank"
          rel="noreferrer noopener"
        >
          {name}
        </a>
        <Tag>
          <Icon size={12} aria-hidden style={{ marginInlineEnd: '0.25rem' }} />
          {label}
        </Tag>
        {archived && (
          <Badge tone="idle" icon={IconArchive}>
            Archived
          </Badge>
        )}
        {removed && (
          <Badge tone="warn" icon={IconTrashX}>
            Out of reach
          </Badge>
        )}
      </div>
      {removed && (
        <div className={classes.note}>
          Deleted, moved away, or taken from this connection <RelativeTime time={removed} />. Its channels are
          kept in case it comes back.
        </div>
      )}
    </>
  );
}

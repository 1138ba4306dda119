import type { ReactNode } from 'react';
import classes from './DataTable.module.css';

interface DataTableProps {
  label: string;
  columns: string[];
  /** `DataRow`s. */
  children: ReactNode;
}

/** Dense rows; on a narrow screen each row becomes a block with its labels beside the values. */
export function DataTable({ label, columns, children }: DataTableProps) {
  return (
    <div className={classes.frame}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** One cell of a `DataTable`; `label` is shown where the head of the column is not. */
export function Cell({ label, quiet, children }: { label?: string; quiet?: boolean; children: ReactNode }) {
  return (
    <td data-label={label} className={quiet ? classes.quiet : undefined}>
      {label && <span className={classes.label}>{label}</span>}
      <div className={classes.value}>{children}</div>
    </td>
  );
}

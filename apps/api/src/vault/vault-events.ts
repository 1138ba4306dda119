/** Queues of the vault. Their jobs hold ids and never a secret. */

/** Asks for a look at the rotations that wait. */
export const ROTATIONS_QUEUE = 'vault.rotations';

/** Rows whose sealed value could not be opened, told once when they are found. */
export const UNREADABLE_QUEUE = 'vault.unreadable';

export interface UnreadableFound {
  organization_id: string;
  table: string;
  row_ids: string[];
}

/** Asks for a look at the rotation of the root key. */
export const ROOT_ROTATION_QUEUE = 'vault.root-rotation';

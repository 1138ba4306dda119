import type { Schemas } from '@latchkey/api-client';

export type Keys = Schemas['KeysDto'];
export type KeyRotation = Schemas['KeyRotationDto'];
export type OrganizationKey = Schemas['OrganizationKeyStateDto'];
export type Unreadable = Schemas['UnreadableDto'];
export type KeyStoreState = Schemas['KeyStoreStateDto'];

import {
  BooleanField,
  ChoiceField,
  DateField,
  IntegerField,
  ObjectField,
  ShapeField,
  ShapesField,
  TextField,
  TextsField,
  UuidField,
} from '../common/fields.js';
import { KeyStoreStateDto } from '../health/health.dto.js';
import { PageQuery, Pagination } from '../common/pagination.js';
import { KeyPlaceDto } from './admin.dto.js';

const KINDS = ['root', 'organization'] as const;

export class RotateKeyDto {
  @ChoiceField(KINDS, { description: 'The root key, or the key of one organisation.' })
  kind: (typeof KINDS)[number];
  @UuidField({ optional: true, description: 'For `organization`.' }) organization_id?: string;
}

export class RetireKeyDto extends RotateKeyDto {
  @IntegerField({
    optional: true,
    min: 1,
    max: 2_147_483_647,
    description: 'One version of an organisation’s key; all that nothing is sealed under when left out.',
  })
  version?: number;
}

export class VerifySecretsDto {
  @UuidField({ optional: true, description: 'Every organisation when left out.' }) organization_id?: string;
}

export class UnreadableQuery extends PageQuery {
  @UuidField({ optional: true }) organization_id?: string;
}

export class KeyRotationDto {
  @UuidField() id: string;
  @ChoiceField(['root', 'organization', 'verification']) kind: string;
  @UuidField({ nullable: true, description: 'Null for what concerns the installation.' }) organization_id:
    string | null;
  @TextField({ nullable: true, example: 'Acme Corp' }) organization_name: string | null;
  @TextField({ example: '1', description: 'A version, or the fingerprint of a root key.' }) from: string;
  @TextField({ example: '2' }) to: string;
  @ChoiceField(['running', 'paused', 'completed', 'failed']) state: string;
  @IntegerField({ example: 1_000_000 }) total: number;
  @IntegerField({ example: 420_000 }) done: number;
  @IntegerField({ example: 2, description: 'What could not be opened and stays as it is.' }) skipped: number;
  @TextField({ nullable: true, description: 'Why it last stopped; it is tried again.' }) error: string | null;
  @ObjectField({ description: 'What a verification found.' }) report: Record<string, unknown>;
  @UuidField({ nullable: true }) started_by: string | null;
  @DateField() started_at: Date;
  @DateField() updated_at: Date;
  @DateField({ nullable: true }) finished_at: Date | null;
  @DateField({ nullable: true, description: 'When the old version was destroyed.' }) retired_at: Date | null;
}

export class OlderVersionDto {
  @IntegerField({ example: 1 }) version: number;
  @TextField({ example: 'retiring' }) state: string;
  @DateField() created_at: Date;
  @IntegerField({ example: 0, description: 'How many values are still sealed under it.' }) values: number;
}

export class OrganizationKeyStateDto {
  @UuidField() id: string;
  @TextField({ example: 'Acme Corp' }) name: string;
  @TextField({ example: 'acme-corp' }) slug: string;
  @IntegerField({ example: 2 }) active_version: number;
  @TextField({ example: '9f86d081884c7d65', description: 'The root key that wraps it.' })
  root_key_fingerprint: string;
  @ShapesField(() => OlderVersionDto) older_versions: OlderVersionDto[];
  @IntegerField({ example: 0 }) unreadable: number;
}

export class VersionCountDto {
  @IntegerField({ example: 1 }) version: number;
  @TextField({ example: 'active' }) state: string;
  @IntegerField({ example: 3, description: 'Organisations that hold one.' }) count: number;
}

export class RootKeyDto {
  @TextField({ example: '9f86d081884c7d65' }) fingerprint: string;
  @BooleanField({ description: 'It wraps what is new.' }) active: boolean;
  @BooleanField({ description: 'Some key store of the settings has it.' }) available: boolean;
  @IntegerField({ example: 3, description: 'Organisation keys that it wraps.' }) organization_keys: number;
}

export class NextRootKeyDto {
  @TextField({ nullable: true, example: '60303ae22b998861' }) fingerprint: string | null;
  @TextField({ example: 'aws-kms' }) store: string;
  @TextField({ example: 'alias/latchkey' }) location: string;
  @TextField({ nullable: true, max: 1000, description: 'Why it cannot be used yet.' }) problem: string | null;
}

export class KeysDto extends KeyPlaceDto {
  @ShapeField(() => KeyStoreStateDto) key_store: KeyStoreStateDto;
  @ShapesField(() => RootKeyDto, { description: 'Those that wrap something or are to be had.' })
  root_keys: RootKeyDto[];
  @ShapeField(() => NextRootKeyDto, {
    nullable: true,
    description: 'What the root key is rotated to, as KEY_STORE_NEXT says.',
  })
  next_root_key: NextRootKeyDto | null;
  @ShapesField(() => VersionCountDto) organization_keys: VersionCountDto[];
  @ShapesField(() => OrganizationKeyStateDto, { description: 'A page, those with older versions first.' })
  organizations: OrganizationKeyStateDto[];
  @ShapeField(() => Pagination) pagination: Pagination;
  @IntegerField({ description: 'Organisations that hold older versions.' }) with_older_versions: number;
  @IntegerField({ description: 'Values that could not be opened when they were last looked at.' })
  unreadable: number;
  @ShapesField(() => KeyRotationDto, { description: 'Those that are not finished, and then the latest.' })
  rotations: KeyRotationDto[];
}

export class KeptVersionDto {
  @IntegerField({ example: 1 }) version: number;
  @IntegerField({ example: 2, description: 'How many values are sealed under it.' }) values: number;
}

export class RetirementDto {
  @ChoiceField(KINDS) kind: string;
  @TextsField({ example: ['1'], description: 'Versions, or fingerprints of root keys, that are gone.' })
  retired: string[];
  @ShapesField(() => KeptVersionDto) kept: KeptVersionDto[];
}

export class UnreadableDto {
  @UuidField() organization_id: string;
  @TextField({ nullable: true, example: 'Acme Corp' }) organization_name: string | null;
  @TextField({ example: 'integration_credentials' }) table: string;
  @UuidField() row_id: string;
  @TextField({
    nullable: true,
    example: 'Production Argo CD',
    description: 'What people know it by: the name of the integration or of the GitHub App.',
  })
  name: string | null;
  @UuidField({ nullable: true, description: 'For the credential of an integration.' }) integration_id:
    string | null;
  @IntegerField({ example: 1 }) key_version: number;
  @TextField({ example: 'The sealed value was changed or moved.' }) reason: string;
  @DateField() found_at: Date;
}

import { BooleanField, ObjectField, ShapesField, TextField, TextsField } from '../../common/fields.js';

export class ResourcesQuery {
  @TextField({ optional: true, max: 50, example: 'projects', description: 'Only this kind.' }) kind?: string;
}

export class SelectResourcesDto {
  @TextField({ min: 1, max: 50, example: 'projects' }) kind: string;
  @TextsField({
    max: 500,
    description: 'All that are to be selected of this kind; none takes the selection away.',
  })
  ids: string[];
}

export class ResourceDto {
  @TextField({ max: 300 }) id: string;
  @TextField({ max: 300 }) name: string;
  @ObjectField({ description: 'What else the provider says of it.' }) details: Record<string, unknown>;
  @BooleanField() selected: boolean;
  @BooleanField({ description: 'It is selected, and the account does not reach it any more.' }) gone: boolean;
}

export class ResourceKindDto {
  @TextField({ example: 'projects' }) id: string;
  @TextField({ example: 'Projects' }) title: string;
  @ShapesField(() => ResourceDto) resources: ResourceDto[];
  @BooleanField({ description: 'The account has more than is listed.' }) truncated: boolean;
}

import { useQuery } from '@tanstack/react-query';
import { catalogueQuery, type TypeDto } from '../../../lib/catalogue';
import { toIntegrationType } from './types';

const withForms = (types: TypeDto[]) => types.map(toIntegrationType);

export const useIntegrationTypes = () => useQuery({ ...catalogueQuery, select: withForms });

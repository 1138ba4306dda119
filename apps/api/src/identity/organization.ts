/** A tenant, as its members see it. */
export interface Organization {
  id: string;
  name: string;
  slug: string;
}

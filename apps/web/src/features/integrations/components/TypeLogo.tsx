import classes from './TypeLogo.module.css';

/** The service's logo: a square that the catalogue draws for each type. */
export function TypeLogo({ typeId, size }: { typeId: string; size: number }) {
  return (
    <img
      className={classes.logo}
      src={`/api/v1/integration-types/${encodeURIComponent(typeId)}/logo`}
      alt=""
      width={size}
      height={size}
    />
  );
}

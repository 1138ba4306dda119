import classes from './TypeLogo.module.css';

const INSET = 0.64;

/** The service's logo, on white: most logos are drawn for it. */
export function TypeLogo({ typeId, size }: { typeId: string; size: number }) {
  return (
    <span className={classes.tile} style={{ width: size, height: size }}>
      <img
        src={`/api/v1/integration-types/${encodeURIComponent(typeId)}/logo`}
        alt=""
        width={Math.round(size * INSET)}
        height={Math.round(size * INSET)}
        loading="lazy"
      />
    </span>
  );
}

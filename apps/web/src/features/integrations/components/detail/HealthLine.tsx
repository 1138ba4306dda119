import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useMemo, useState } from 'react';
import { formatExact, formatMilliseconds, plural } from '../../../../lib/format';
import type { Health } from '../../api/types';
import { failureTitle } from '../failure-kinds';
import { BOTTOM, layOut, nearest, type Point, TOP } from './health-geometry';
import classes from './HealthLine.module.css';

/** What a person who cannot see the chart is told. */
/** Few checks are shown one by one: a line needs two, and a single one would not be seen. */
const MOST_DOTS = 40;

function summaryOf({
  total_checks: total,
  failed_checks: failed,
  average_response_time_ms: average,
}: Health): string {
  const speed = average === null ? '' : `, ${formatMilliseconds(average)} on average`;
  return `Response times: ${plural(total, 'check')}, ${failed} failed${speed}.`;
}

function readoutOf({ check }: Point): string {
  const time = formatExact(check.at);
  if (!check.ok) return `${time} · ${failureTitle(check.error_code)}`;
  return check.response_time_ms === null ? time : `${time} · ${formatMilliseconds(check.response_time_ms)}`;
}

interface HealthLineProps {
  health: Health;
  /** When it was loaded: the end of the window. */
  loadedAt: number;
}

/** Response times over the window, with a red mark where a check failed. */
export function HealthLine({ health, loadedAt }: HealthLineProps) {
  const { ref, width, height } = useElementSize();
  const [pointed, setPointed] = useState<Point | null>(null);
  const geometry = useMemo(
    () => (width > 0 ? layOut(health.checks, health.window, { width, height }, loadedAt) : null),
    [health, loadedAt, width, height],
  );
  const base = height - BOTTOM;
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    setPointed(nearest(geometry?.points ?? [], event.clientX - left));
  };

  return (
    <div>
      <div ref={ref} className={classes.frame}>
        <svg
          className={classes.svg}
          role="img"
          aria-label={summaryOf(health)}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
        >
          {geometry && (
            <>
              <line className={classes.grid} x1={0} x2={width} y1={TOP} y2={TOP} />
              <line className={classes.grid} x1={0} x2={width} y1={base} y2={base} />
              {geometry.areas.map((path) => (
                <path key={path} className={classes.area} d={path} />
              ))}
              {geometry.lines.map((path) => (
                <path key={path} className={classes.line} d={path} />
              ))}
              {geometry.points.length <= MOST_DOTS &&
                geometry.points.map(
                  ({ x, y, check }) =>
                    y !== null && <circle key={check.at} className={classes.dot} cx={x} cy={y} r={2.5} />,
                )}
              {geometry.points
                .filter(({ check }) => !check.ok)
                .map(({ x, check }) => (
                  <line key={check.at} className={classes.failure} x1={x} x2={x} y1={base - 18} y2={base} />
                ))}
              {pointed && (
                <line className={classes.cursor} x1={pointed.x} x2={pointed.x} y1={TOP} y2={base} />
              )}
              {pointed && pointed.y !== null && (
                <circle className={classes.dot} cx={pointed.x} cy={pointed.y} r={4} />
              )}
              <text className={classes.label} x={0} y={TOP + 13}>
                {formatMilliseconds(geometry.ceiling)}
              </text>
              <text className={classes.label} x={0} y={height - 5}>
                {health.window} ago
              </text>
              <text className={classes.label} x={width} y={height - 5} textAnchor="end">
                now
              </text>
            </>
          )}
        </svg>
      </div>
      <div className={classes.readout} aria-hidden>
        {pointed ? readoutOf(pointed) : 'Point at the line for a single check.'}
      </div>
    </div>
  );
}

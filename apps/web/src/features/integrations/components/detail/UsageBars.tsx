import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useMemo, useState } from 'react';
import { formatExact, formatMilliseconds, plural } from '../../../../lib/format';
import type { Usage, UsagePoint } from '../../api/types';
import { AXIS, type Bar, barAt, layOutUsage, type Part, partsOf, STRIP, TOP } from './usage-geometry';
import classes from './UsageBars.module.css';

const LEGEND: { part: Part | 'reads'; label: string }[] = [
  { part: 'served', label: 'Answered' },
  { part: 'throttled', label: 'Turned away by the limit' },
  { part: 'errors', label: 'Errors' },
  { part: 'reads', label: 'Credential reads' },
];

/** What a person who cannot see the chart is told. */
function summaryOf({ totals: { calls, errors, throttled, reads } }: Usage): string {
  return `Usage: ${plural(calls, 'call')}, ${plural(errors, 'error')}, ${throttled} turned away, ${plural(reads, 'credential read')}.`;
}

function readoutOf(point: UsagePoint): string {
  const { served, throttled, errors } = partsOf(point);
  const told = [
    `${served} answered`,
    ...(throttled > 0 ? [`${throttled} turned away`] : []),
    ...(errors > 0 ? [plural(errors, 'error')] : []),
    plural(point.reads, 'credential read'),
    ...(point.p95_ms === null ? [] : [`p95 ${formatMilliseconds(point.p95_ms)}`]),
  ];
  return `${formatExact(point.at)} · ${told.join(' · ')}`;
}

/** Calls over time as stacked bars, with a strip of credential reads below. */
export function UsageBars({ usage }: { usage: Usage }) {
  const { ref, width, height } = useElementSize();
  const [pointed, setPointed] = useState<Bar | null>(null);
  const geometry = useMemo(
    () => (width > 0 ? layOutUsage(usage.series, { width, height }) : null),
    [usage, width, height],
  );
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    setPointed(geometry && barAt(geometry, event.clientX - left, width));
  };
  const strip = height - AXIS;
  return (
    <div>
      <div ref={ref} className={classes.frame}>
        <svg
          className={classes.svg}
          role="img"
          aria-label={summaryOf(usage)}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
        >
          {geometry && (
            <>
              <line className={classes.grid} x1={0} x2={width} y1={TOP} y2={TOP} />
              <line className={classes.grid} x1={0} x2={width} y1={geometry.base} y2={geometry.base} />
              <line className={classes.grid} x1={0} x2={width} y1={strip} y2={strip} />
              {pointed && (
                <rect
                  className={classes.cursor}
                  x={pointed.x}
                  y={TOP}
                  width={pointed.width}
                  height={strip - TOP}
                />
              )}
              {geometry.bars.map(({ x, width: wide, segments, read, point: { at } }) => (
                <g key={at}>
                  {segments.map(({ part, y, height: tall }) => (
                    <rect key={part} className={classes[part]} x={x} y={y} width={wide} height={tall} />
                  ))}
                  {read > 0 && (
                    <rect className={classes.reads} x={x} y={strip - read} width={wide} height={read} />
                  )}
                </g>
              ))}
              <text className={classes.label} x={0} y={TOP + 13}>
                {geometry.ceiling.toLocaleString('en')}
              </text>
              {geometry.mostReads > 0 && (
                <text className={classes.label} x={0} y={strip - STRIP + 10}>
                  {geometry.mostReads.toLocaleString('en')} reads
                </text>
              )}
              <text className={classes.label} x={0} y={height - 4}>
                {formatExact(usage.from)}
              </text>
              <text className={classes.label} x={width} y={height - 4} textAnchor="end">
                now
              </text>
            </>
          )}
        </svg>
      </div>
      <div className={classes.foot} aria-hidden>
        {pointed ? (
          readoutOf(pointed.point)
        ) : (
          <ul className={classes.legend}>
            {LEGEND.map(({ part, label }) => (
              <li key={part} data-part={part}>
                {label}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function formatExact(time: string): string {
  return exact.format(new Date(time));
}

/** `3 minutes ago`, `in 4 minutes`; within a few seconds `just now`. */
export function formatRelative(time: string, now: number): string {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  if (step) return relative.format(Math.trunc(seconds / step[1]), step[0]);
  // The page's clock ticks every few seconds: what has just happened may be a little ahead of it.
  if (Math.abs(seconds) < 10) return seconds > 5 ? 'in a few seconds' : 'just now';
  return relative.format(seconds, 'second');
}

/** `84 ms`, `1.2 s`. */
export function formatMilliseconds(value: number): string {
  const rounded = Math.round(value);
  return rounded < 1000 ? `${rounded} ms` : `${(value / 1000).toFixed(1)} s`;
}

/** `2 h 5 min`, for how long something lasted. */
export function formatDuration(from: string, to: string): string {
  const minutes = Math.max(0, Math.round((new Date(to).getTime() - new Date(from).getTime()) / 60_000));
  if (minutes < 1) return 'under a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${Math.floor(hours / 24)} d`;
}

/** `99.98 %`; 100 only when nothing failed. */
export function formatPercent(value: number): string {
  if (value === 100) return '100 %';
  // 64.1 * 100 is a little less than 6410.
  return `${(Math.floor(value * 100 + 1e-9) / 100).toFixed(2)} %`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Words that are not written as they are spelt in identifiers. */
const SPELLINGS = new Map([
  ['ai', 'AI'],
  ['api', 'API'],
  ['aws', 'AWS'],
  ['cd', 'CD'],
  ['ci', 'CI'],
  ['ci/cd', 'CI/CD'],
  ['dns', 'DNS'],
  ['github', 'GitHub'],
  ['http', 'HTTP'],
  ['id', 'ID'],
  ['ip', 'IP'],
  ['jwt', 'JWT'],
  ['mtls', 'mTLS'],
  ['oauth2', 'OAuth 2'],
  ['ssh', 'SSH'],
  ['tls', 'TLS'],
  ['url', 'URL'],
]);

/** `rate_limit_left` → `Rate limit left`, `api_token` → `API token`. */
export function humanize(key: string): string {
  const words = key
    .replace('ci_cd', 'ci/cd')
    .split(/[\s_-]+/)
    .filter(Boolean);
  return words
    .map(
      (word, index) =>
        SPELLINGS.get(word) ?? (index === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word),
    )
    .join(' ');
}

/** Names what a label of a detail may hold: text, numbers, yes and no, lists. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (Array.isArray(value)) return value.map(formatValue).join(', ') || '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `must be a namespace` → `Must be a namespace.` */
export function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

/** More are not counted one by one. */
const MOST_COUNTED = 10_000;

/** How many a list has: `1,234`, or `10,000+`. */
export const formatTotal = (total: number): string =>
  total > MOST_COUNTED ? `${MOST_COUNTED.toLocaleString('en')}+` : total.toLocaleString('en');

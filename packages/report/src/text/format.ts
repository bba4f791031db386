const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** `10178158` as `10.2 MB`; units are powers of 1,000. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const value = bytes / 1000 ** power;
  return power === 0 ? `${bytes} B` : `${value.toFixed(1)} ${UNITS[power]}`;
}

/** `3377160` as `3,377,160`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `0.0123` as `+1.23 %`. */
export function formatChange(share: number): string {
  if (!Number.isFinite(share)) return Number.isNaN(share) ? '' : String(share);
  const percent = (100 * share).toFixed(2);
  if (Number(percent) === 0) return '0.00 %';
  return `${share > 0 ? '+' : ''}${percent} %`;
}

/** `0.01` as `1.00 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Three significant digits, without exponents where they can be done without. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1);
  return size >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3)));
}

/** `1234.5` milliseconds as `1,235 ms`. */
export function formatMilliseconds(milliseconds: number): string {
  return `${formatNumber(milliseconds)} ms`;
}

/** The first few of a list, and how many more there are. */
export function formatList(items: readonly string[], most = 4, joiner = ', '): string {
  if (items.length <= most + 1) return items.join(joiner);
  return `${items.slice(0, most).join(joiner)} and ${items.length - most} more`;
}

/** `128` seconds as `2 min 10 s`: steps of 5 seconds above 10, of 10 above a minute, of minutes above an hour. */
export function formatDuration(seconds: number): string {
  const up = (step: number) => Math.ceil(Math.max(seconds, 0) / step) * step;
  if (up(1) <= 10) return `${up(1)} s`;
  if (up(5) < 60) return `${up(5)} s`;
  if (up(10) < 3600) return joinUnits(up(10) / 60, 'min', 60, 's');
  return joinUnits(up(60) / 3600, 'h', 60, 'min');
}

function joinUnits(amount: number, unit: string, parts: number, partUnit: string): string {
  const whole = Math.floor(amount + 1e-9);
  const rest = Math.round((amount - whole) * parts);
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${partUnit}`;
}

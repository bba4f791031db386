import { formatCount, formatNumber } from '../../text/format.ts';
import { html, type Markup, modelText } from '../markup.ts';
import { drawTable } from '../table.ts';
import type { LatencyPoint, Pricing } from '../types.ts';

const MILLISECONDS_PER_HOUR = 3_600_000;
const DAYS_PER_MONTH = 30;

/** What a million inferences cost on a machine that does nothing else, in the currency of the price. */
export function costPerMillion(milliseconds: number, pricePerHour: number, batch = 1): number {
  return ((milliseconds / MILLISECONDS_PER_HOUR) * pricePerHour * 1e6) / batch;
}

/** What the pruned model costs beside the original, from the user's price of an hour of the machine. */
export function drawCost(points: readonly LatencyPoint[], pricing: Pricing = {}): Markup {
  return html`<section aria-labelledby="cost"><h2 id="cost">Cost</h2>
${drawEstimate(points, pricing)}
</section>
`;
}

function drawEstimate(points: readonly LatencyPoint[], pricing: Pricing): Markup {
  const { pricePerHour, inferencesPerDay, currency = '' } = pricing;
  if (pricePerHour === undefined) {
    return html`<p>Not estimated: no price was given. <code>sentei report report.json --price-per-hour 2.5</code> takes the price of an hour of this machine.</p>`;
  }
  if (points.length === 0) return html`<p>Not estimated: times were not measured.</p>`;
  const amount = (value: number) => `${currency}${formatAmount(value)}`;
  const perMonth = inferencesPerDay === undefined ? undefined : inferencesPerDay * DAYS_PER_MONTH;
  const head = ['size', 'original, per million', 'pruned, per million', 'saved'];
  const rows = points.map(({ label, group, batch, original, candidate }) => {
    const before = costPerMillion(original.median, pricePerHour, batch);
    const after = costPerMillion(candidate.median, pricePerHour, batch);
    const saved = before === 0 ? 0 : 1 - after / before;
    return [
      modelText(group === '' ? label : `${label} (${group})`, 80),
      amount(before),
      amount(after),
      `${(100 * saved).toFixed(1)} %`,
      ...(perMonth === undefined ? [] : [amount(((before - after) * perMonth) / 1e6)]),
    ];
  });
  return html`<p>A million inferences cost <code>median ms ÷ 3,600,000 × price per hour × 1,000,000 ÷ batch</code>, at ${amount(pricePerHour)} per hour for the machine that was measured on, busy with one run at a time.${
    perMonth === undefined
      ? undefined
      : html` A month is ${DAYS_PER_MONTH} days of ${formatCount(inferencesPerDay ?? 0)} inferences; what it saves is <code>(original − pruned) × inferences per month ÷ 1,000,000</code>.`
  }</p>
${perMonth !== undefined ? undefined : html`<p class="note">With <code>--inferences-per-day</code> the saving of a month is estimated too.</p>`}
${drawTable({ caption: 'Estimated cost', head: perMonth === undefined ? head : [...head, 'saved per month'], rows })}
<p class="note">An estimate, not a quote: it holds for inputs of these sizes, and only if hours that are not used are not paid for.</p>`;
}

/** Two digits behind the point, and three significant ones where the amount is smaller than that. */
function formatAmount(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0.00';
  if (size < 0.1) return formatNumber(value);
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

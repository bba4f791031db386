import {
  describePlacements,
  drawTable,
  drawTimes,
  formatChange,
  formatCount,
  formatNumber,
} from '@sentei/report';
import type { RolloutPlan, ValidationRecord, WatchRule } from '@sentei/runtime';
import type { Paint } from '../paint.ts';
import { wrapLine } from './wrap-line.ts';

type Measured = ValidationRecord['validation'];

/** Columns that tables keep to. */
const WIDTH = 80;

/** Draws a verdict with what it stands on and how to roll the model out, within 80 columns. */
export function drawRecord(record: ValidationRecord, paint: Paint): string {
  const { validation, verdict, rollout, warnings } = record;
  const parts = [
    drawVerdict(record, paint),
    ...(validation.quality.length > 0 ? [drawQuality(validation)] : []),
    ...(validation.speed.length > 0 ? [drawTimes(validation.speed)] : []),
    ...(validation.placement ? describePlacements(validation.placement) : []).map((line) =>
      wrapLine(line, WIDTH),
    ),
    ...(verdict.outcome === 'pass' ? [drawRollout(rollout)] : []),
    ...warnings.map((warning) => wrapLine(`${paint.caution('warning')}: ${warning}`, WIDTH)),
  ];
  return parts.join('');
}

function drawVerdict({ verdict, candidate, options }: ValidationRecord, paint: Paint): string {
  const paintOutcome = { pass: paint.good, fail: paint.bad, unknown: paint.caution };
  const lines = verdict.criteria.map(({ name, outcome, reason }) =>
    wrapLine(`${paintOutcome[outcome](outcome)} ${name}: ${reason}`, WIDTH),
  );
  const { outcome } = verdict;
  const allowed =
    verdict.allowUnknown && verdict.criteria.some((each) => each.outcome === 'unknown')
      ? ', unknown criteria allowed'
      : '';
  const head = `${paintOutcome[outcome](outcome)}: ${candidate.path}, budget ${options.budgetText}${allowed}`;
  return `${wrapLine(head, WIDTH)}${lines.join('')}`;
}

function drawQuality({ quality }: Measured): string {
  const rows = quality.map(({ metric, where, original, candidate, drop, interval }) => [
    `${metric}, ${where}`,
    formatFigure(original),
    formatFigure(candidate),
    formatChange(drop),
    interval === null ? '' : `${formatChange(interval.lower)} to ${formatChange(interval.upper)}`,
  ]);
  const head = ['quality', 'original', 'pruned', 'loss', 'interval'];
  const fragile = quality.flatMap(({ where, excess }) =>
    excess === undefined || excess.lower <= 0
      ? []
      : wrapLine(
          `fragile on ${where}: the loss is ${formatChange(excess.value)} beyond that on the data as it is (${formatChange(excess.lower)} to ${formatChange(excess.upper)})`,
          WIDTH,
        ),
  );
  return drawTable(head, rows, ['left', 'right', 'right', 'right', 'right'], [24]) + fragile.join('');
}

/** Four decimals, as many figures of quality have; more where they would all be zero. */
function formatFigure(value: number): string {
  return Math.abs(value) < 0.01 && value !== 0 ? formatNumber(value) : value.toFixed(4);
}

function drawRollout(plan: RolloutPlan): string {
  const { steps, watch, latency, gateSteps, power } = plan;
  const head = ['roll-out: share', ...steps.map(({ share }) => formatPercent(share))];
  const rows = [['requests', ...steps.map(({ requests }) => formatCount(requests))]];
  if (gateSteps !== null) {
    // Steps that would skip as many gates as the one before are left out of the plan.
    const skipped = (share: number) => gateSteps.findLast((step) => step.share <= share)?.skip ?? [];
    rows.push([
      'or gates skipped',
      ...steps.map(({ share }) => String(skipped(share).filter(Boolean).length)),
    ]);
  }
  const alignments = head.map((_, column) => (column === 0 ? ('left' as const) : ('right' as const)));
  const lines = [
    `at each step, roll back when (power ${formatPercent(power)}):`,
    ...watch.map((rule) => `- ${describeRule(rule)}`),
    `- p95 latency over ${latency.samples} requests is above ${latency.rollBackAbove.toFixed(2)} x the original's`,
  ];
  return drawTable(head, rows, alignments) + lines.map((line) => wrapLine(line, WIDTH)).join('');
}

function describeRule({ name, needsLabels, worse, samples, rollBackAt, note }: WatchRule): string {
  const labels = needsLabels ? '' : ', no labels needed';
  if (samples === null || rollBackAt === null) return `${name} cannot be watched: ${note}`;
  const side = worse === 'higher' ? 'at or above' : 'at or below';
  return `${name} over ${formatCount(samples)} requests is ${side} ${formatNumber(rollBackAt)}${labels}`;
}

function formatPercent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

import type { Report } from '../json/types.ts';
import { formatCount, formatList, formatShare } from '../text/format.ts';
import { countHeadKinds, skippedByLength } from '../text/head-kinds.ts';
import { drawTable } from './table.ts';

/** Heads that are named; a file has them all. */
const MOST_HEADS = 8;

/**
 * Draws what the decay of attention allows by length, predicted and measured, and names the heads that hold it back; nothing
 * where it was not measured.
 */
export function drawReach({ reach, validation }: Report): string {
  if (reach === undefined || reach.status === 'skipped') return '';
  const { heads, gains, holding } = reach;
  const skipped = new Map(skippedByLength(heads).map((each) => [each.length, each.skipped]));
  const speed = validation.status === 'done' ? validation.speed : [];
  const measuredAt = (length: number) =>
    speed.find((figure) => figure.length === length && (figure.batch ?? 1) === 1)?.speedup.median;
  const rows = gains.map(({ length, attentionShare, attention, model }) => {
    const measured = measuredAt(length);
    return [
      formatCount(length),
      formatShare(skipped.get(length) ?? 0),
      formatShare(attentionShare),
      `${attention.toFixed(2)} ×`,
      `${model.toFixed(2)} ×`,
      measured === undefined ? '' : `${measured.toFixed(2)} ×`,
    ];
  });
  const head = ['length', 'tiles skipped', 'attention', 'its gain', "model's gain", 'measured'];
  const table = drawTable(
    head,
    rows,
    head.map(() => 'right' as const),
  );
  const names = holding.map(
    ({ attention, head, share, modelWithout }) =>
      `attention ${attention} head ${head} (${formatShare(share)}, ${modelWithout.toFixed(2)} ×)`,
  );
  const held =
    names.length === 0
      ? ''
      : `most of what is left, and the model's gain without: ${formatList(names, MOST_HEADS)}\n`;
  return `reach of ${countHeadKinds(heads)}; gains by operations alone\n${rows.length > 0 ? table : ''}${held}`;
}

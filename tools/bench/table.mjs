/**
 * The markdown table of a report of run.mjs: `node tools/bench/table.mjs [out/bench/ir-scale.json]`.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** @param {import('./report.d.mts').Spread | undefined} spread */
function timeOf(spread) {
  if (spread === undefined) return '';
  const digits = spread.median < 1 ? 3 : 2;
  const [median, lower, upper] = [spread.median, spread.lower, spread.upper].map((n) => n.toFixed(digits));
  return `${median} (${lower} to ${upper})`;
}

/** @param {import('./report.d.mts').Side} side @param {import('./report.d.mts').Side | undefined} reference */
function ratioOf(side, reference) {
  const [own, other] = [side.seconds.total?.median, reference?.seconds.total?.median];
  return own === undefined || other === undefined || side === reference ? '' : `${(other / own).toFixed(2)}`;
}

/** Lines of a markdown table, one row per measurement and side. @param {import('./report.d.mts').Report} report */
export function tableOf({ results }) {
  const rows = results.flatMap(({ name, sides }) =>
    Object.entries(sides).map(([side, figures]) => {
      const { seconds, peak, nodes, left, failure } = figures;
      const middle = seconds.write ?? seconds.cleanup;
      const perNode = nodes === undefined ? '' : `${(((middle?.median ?? 0) / nodes) * 1e6).toFixed(1)} µs`;
      const change = nodes === undefined ? '' : ` (${nodes} to ${left} nodes)`;
      const peakText = peak === undefined ? '' : `${Math.round(peak / 1e6)} MB`;
      const load = figures.load.toFixed(1);
      const note = failure === undefined ? '' : ` failed: ${failure.replaceAll(/\s+/g, ' ').slice(0, 160)}`;
      return [
        `${name}${change}`,
        `${side}${note}`,
        timeOf(seconds.read),
        timeOf(middle),
        timeOf(seconds.total),
        ratioOf(figures, sides.onnx),
        perNode,
        peakText,
        load,
      ];
    }),
  );
  const head = ['measurement', 'side', 'read, s', 'write or cleanup, s', 'total, s', 'times as fast as onnx'];
  const heads = [...head, 'per node', 'peak', 'load'];
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

const started = process.argv[1] === undefined ? '' : pathToFileURL(process.argv[1]).href;
if (started === import.meta.url) {
  const report = JSON.parse(readFileSync(process.argv[2] ?? 'out/bench/ir-scale.json', 'utf8'));
  process.stdout.write(`${report.date}, Node ${report.node}, ${report.processor}\n\n`);
  process.stdout.write(`${tableOf(report).join('\n')}\n`);
}

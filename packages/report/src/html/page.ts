import { visibleText } from '../text/visible-text.ts';
import { loadChartKit } from './chart.ts';
import { latencyPoints } from './latency-points.ts';
import { html, Markup, modelText } from './markup.ts';
import { drawAnatomy } from './sections/anatomy.ts';
import { drawCost } from './sections/cost.ts';
import { drawDecisions } from './sections/decisions.ts';
import { drawLatency } from './sections/latency.ts';
import { drawPlacement, placementsIn } from './sections/placement.ts';
import { drawProvenance } from './sections/provenance.ts';
import { drawQuality } from './sections/quality.ts';
import { drawReach } from './sections/reach.ts';
import { drawResources } from './sections/resources.ts';
import { drawRobustness } from './sections/robustness.ts';
import { drawRollout } from './sections/rollout.ts';
import { drawSummary, fileName } from './sections/summary.ts';
import { drawTiles } from './sections/tiles.ts';
import { STYLE } from './style.ts';
import type { PageInput } from './types.ts';

/** Nothing may be loaded and nothing run: styles are in the page, and that is all there is. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const CONTENTS = [
  ['model', 'What was removed'],
  ['quality', 'Quality'],
  ['robustness', 'Shifted data'],
  ['latency', 'Time'],
  ['reach', 'Reach'],
  ['tiles', 'Tiles'],
  ['placement', 'Placement'],
  ['resources', 'Memory'],
  ['cost', 'Cost'],
  ['rollout', 'Roll-out'],
  ['decisions', 'All decisions'],
  ['provenance', 'How it was made'],
] as const;

/**
 * Draws a report as one page of HTML that needs nothing else: no script, no font, no request. Everything in it that comes
 * from a model or a file is text. The same input gives the same bytes.
 */
export async function drawPage(input: PageInput): Promise<string> {
  const kit = await loadChartKit();
  const latency = latencyPoints(input);
  const { report } = input;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${visibleText(fileName(report.source.path), 100)}, pruned: report</title>
<style>${Markup.trusted(STYLE)}</style>
</head>
<body>
${drawSummary(input, latency)}
<nav aria-label="Contents"><ul>${CONTENTS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${drawAnatomy(report)}${drawQuality(kit, input, latency)}${drawRobustness(kit, input)}${drawLatency(kit, latency)}${drawReach(kit, report, latency)}${drawTiles(kit, report)}${drawPlacement(placementsIn(input))}${drawResources(input)}${drawCost(latency, input.pricing)}${drawRollout(input)}${drawDecisions(report.passes)}${drawProvenance(input)}</main>
<footer><p>Sentei ${modelText(report.software.sentei, 40)}, format ${report.version} of the report.</p></footer>
</body>
</html>
`;
  return page.toString();
}

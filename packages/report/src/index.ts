export { drawPage } from './html/page.ts';
export type { PageInput, Pricing } from './html/types.ts';
export type { BenchmarkRecord, CountBounds, ModelWork } from './json/benchmark.ts';
export type {
  AttentionDescription,
  BlockDescription,
  ModelDescription,
  ValueDescription,
} from './json/description.ts';
export { printReport } from './json/print.ts';
export { parseMeasurements, parseReport } from './json/read.ts';
export type {
  AnatomyFacts,
  BudgetFacts,
  FileFacts,
  HeadReachFacts,
  ModelFacts,
  PatchPlace,
  ReachFacts,
  Report,
  SplitRange,
  SubBlockFacts,
  TileFacts,
  ValidationEffort,
} from './json/types.ts';
export { drawBenchmark } from './terminal/benchmark-tables.ts';
export { drawComparison } from './terminal/comparison-tables.ts';
export { drawDescription } from './terminal/description-tables.ts';
export { drawPasses } from './terminal/pass-tables.ts';
export { describePlacements } from './terminal/placement-lines.ts';
export { drawReach } from './terminal/reach-tables.ts';
export { type Alignment, drawTable } from './terminal/table.ts';
export { drawTimes } from './terminal/time-tables.ts';
export {
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatList,
  formatMilliseconds,
  formatNumber,
  formatShare,
} from './text/format.ts';
export { oneLine } from './text/one-line.ts';

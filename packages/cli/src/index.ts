export { describeModel, type ModelDescription } from './describe-model.ts';
export { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-codes.ts';
export { main } from './main.ts';
export { DEFAULT_PIPELINE, PASSES } from './passes.ts';
export { type Environment, runSentei } from './program.ts';
export type { Listener } from './progress.ts';
export { type PruneOptions, prune } from './prune.ts';
export type { ModelFacts, Report, ValidationEffort } from './report.ts';

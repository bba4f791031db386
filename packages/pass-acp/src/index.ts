export { ACP_DEFAULTS, type AcpOptions, acp } from './acp.ts';
export type {
  Decay,
  DecayingAttention,
  GateDecay,
  RelativeDecay,
  SlopeDecay,
  Unprunable,
} from './matching/decaying-attention.ts';
export { matchAttention } from './matching/match-attention.ts';
export type { Operand, OperandAxis } from './matching/operand.ts';
export { withRunningSums } from './matching/running-sums.ts';
export {
  countVisitedKeys,
  type KeyRangeTap,
  tapKeyRanges,
  type VisitedKeys,
} from './measuring/tap-key-ranges.ts';
export { largestFall, staticWindows } from './threshold/static-window.ts';
export { LARGEST_SCORE_BOUND, type Threshold, threshold } from './threshold/threshold.ts';

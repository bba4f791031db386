export { ACP_DEFAULTS, type AcpOptions, acp } from './acp.ts';
export {
  type ForgettingAttention,
  matchForgettingAttention,
  type Unprunable,
} from './match-forgetting-attention.ts';
export { countVisitedKeys, type KeyRangeTap, tapKeyRanges, type VisitedKeys } from './tap-key-ranges.ts';
export { LARGEST_SCORE_BOUND, type Threshold, threshold } from './threshold.ts';

export interface Plan {
  readonly shards: number;
  readonly out: string;
  readonly args: string[];
}
export const VARIABLE: string;
export function planCalibration(args: readonly string[], workspace: string, folder: string): Plan;
export function readPlan(environment: NodeJS.ProcessEnv): Plan | undefined;
export function shardsOf(plan: Plan): number[];
export function shardFile(plan: Plan, shard: number): string;
export function shardArguments(plan: Plan, shard: number): string[];
export function mergeArguments(plan: Plan): string[];

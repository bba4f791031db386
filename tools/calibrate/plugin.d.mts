export const name: string;
export const createNodesV2: readonly [
  glob: string,
  createNodes: (
    files: readonly string[],
  ) => (readonly [
    string,
    { readonly projects?: { readonly tools: { readonly targets: Record<string, Target> } } },
  ])[],
];
interface Target {
  readonly command: string;
  readonly cache: boolean;
  readonly dependsOn: readonly unknown[];
}

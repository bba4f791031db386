import { benchmarkModels, parsePoints, synthesizePoint } from '@sentei/runtime';

export async function compareSpeed(original: string, candidate: string) {
  const sizes = parsePoints('batch=1 length=64');
  const { figures, energy } = await benchmarkModels({
    original,
    candidate,
    points: (inputs) => sizes.map((size) => synthesizePoint(inputs, size)),
    graphOptimizationLevels: ['all'],
    threads: 2,
    processes: 2,
    budgetMs: 500,
    starts: 1,
  });
  return { energy, verdicts: figures.map(({ comparison }) => comparison?.latency?.verdict) };
}

import { formatChange, formatNumber } from './format.ts';

/** Scores as words: `calibrationDrop: 0.012` as `calibration drop +1.20 %`. */
export function formatScores(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, score]) => `${wordsOf(name)} ${formatScore(name, score)}`)
    .join(', ');
}

/** Passes call losses that are shares `…Drop`. */
function formatScore(name: string, score: number): string {
  return /drop$/i.test(name) ? formatChange(score) || String(score) : formatNumber(score);
}

/** `selectionDrop` as `selection drop`. */
export function wordsOf(name: string): string {
  return name.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

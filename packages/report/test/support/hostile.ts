import type { Report } from '../../src/json/types.ts';
import { fullReport, part, reach } from './page.ts';
import { passRecord, patchRecord } from './report.ts';

/** Texts that would like to be something else. */
export const HOSTILE = [
  '</script><img src=x onerror=alert(1)>',
  '</title></style></svg><script>alert(1)</script>',
  '"><a href="javascript:alert(1)">',
  '\u0000\u001b[31m\u202egpj.exe\u2066',
  'שלום עולם',
  '$&$1{{x}}',
  'x'.repeat(10_000),
];

/** A report in which every text is hostile. */
export function hostileReport(): Report {
  const patches = HOSTILE.map((text) =>
    patchRecord({
      name: text,
      reason: text,
      nodes: [text, text],
      scores: { [text]: 1, calibrationDrop: 0.1 },
    }),
  );
  const decisions = HOSTILE.map((_, patch) => ({ record: 0, patch }));
  const text = HOSTILE.join(' ');
  const base = fullReport();
  return fullReport({
    source: { ...base.source, path: text, sha256: text, opsets: { [text]: 1 }, externalData: HOSTILE },
    pipeline: { text, steps: [] },
    plugins: [{ package: text, version: text }],
    passes: [passRecord(text, patches, { counters: { [text]: 1 } })],
    anatomy: {
      blocks: HOSTILE.map((kind, depth) => ({
        depth,
        subBlocks: [part({ kind, merge: kind, norm: kind, decisions })],
      })),
      skipped: HOSTILE.map((node) => ({ node, reason: node })),
    },
    reach: reach({ others: HOSTILE.map((reason, attention) => ({ attention, reason })) }),
    warnings: HOSTILE,
  });
}

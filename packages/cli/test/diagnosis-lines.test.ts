import { expect, test } from 'vitest';
import { drawDiagnosis } from '../src/diagnosis-lines.ts';
import { createPaint } from '../src/paint.ts';
import { textStream } from './support/streams.ts';

const DIAGNOSIS = {
  findings: [
    { group: 'cpu', subject: 'session', status: 'ok', detail: 'a small model runs' },
    { group: 'cuda', subject: 'libcudart.so.13', status: 'missing', detail: 'of CUDA', fix: 'install it' },
    { group: 'cuda', subject: 'libcudnn.so.9', status: 'missing', detail: 'of cuDNN', isOptional: true },
    { group: 'cuda', subject: 'session', status: 'broken', detail: 'no\nsuch\u001b[1m file' },
  ],
  providers: { cpu: 'ok', cuda: 'missing' },
} as const;

test('a line for each finding, its fix below it', () => {
  expect(drawDiagnosis(DIAGNOSIS, createPaint(textStream(), {}))).toBe(
    [
      'cpu',
      '  ok       session: a small model runs',
      '',
      'cuda',
      '  missing  libcudart.so.13: of CUDA',
      '           fix: install it',
      '  missing  libcudnn.so.9: of cuDNN (optional)',
      '  broken   session: no such [1m file',
      '',
      'execution providers',
      '  ok       cpu',
      '  missing  cuda',
      '',
    ].join('\n'),
  );
});

test('only words of state are coloured', () => {
  const text = drawDiagnosis(DIAGNOSIS, createPaint(textStream(), { FORCE_COLOR: '1' }));
  const pattern = new RegExp(`${String.fromCharCode(27)}\\[\\d+m([^${String.fromCharCode(27)}]*)`, 'g');
  const coloured = [...text.matchAll(pattern)].map(([, word]) => word?.trim().split(/\s/)[0]);
  expect(new Set(coloured)).toContain('ok');
  expect(text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(
    drawDiagnosis(DIAGNOSIS, createPaint(textStream(), {})),
  );
});

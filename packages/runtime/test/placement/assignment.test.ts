import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AssignmentLog } from '../../src/placement/assignment.ts';

const at = '2026-11-25 22:07:17.214545673';

/** As ONNX Runtime 1.30.0 prints it. */
const LOG = [
  `${at} [I:onnxruntime:, fallback_cpu_capability.cc:167 GetCpuPreferredNodes] ORT optimization- Force fallback to CPU execution for node: gather_1 because the CPU execution path is deemed faster than overhead involved with execution on other EPs`,
  `${at} [V:onnxruntime:, session_state.cc:1383 VerifyEachNodeIsAssignedToAnEp]  Node(s) placed on [CPUExecutionProvider]. Number of nodes: 2`,
  `${at} [V:onnxruntime:, session_state.cc:1385 VerifyEachNodeIsAssignedToAnEp]   Gather (gather_1)`,
  `${at} [V:onnxruntime:, session_state.cc:1385 VerifyEachNodeIsAssignedToAnEp]   Custom (name (with) brackets)`,
  `${at} [V:onnxruntime:, session_state.cc:1383 VerifyEachNodeIsAssignedToAnEp]  Node(s) placed on [CUDAExecutionProvider]. Number of nodes: 1`,
  `${at} [V:onnxruntime:, session_state.cc:1385 VerifyEachNodeIsAssignedToAnEp]   MatMul ()`,
  `${at} [I:onnxruntime:, inference_session.cc:1 Initialize] Session successfully initialized.`,
  '',
].join('\n');

test('nodes are told apart by provider, however the log is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(LOG.length), { maxLength: 20 }), (cuts) => {
      const log = new AssignmentLog();
      let from = 0;
      for (const to of [...cuts.sort((a, b) => a - b), LOG.length]) {
        log.add(LOG.slice(from, to));
        from = to;
      }
      expect(log.assignments).toEqual([
        {
          provider: 'CPUExecutionProvider',
          nodes: 2,
          listed: [
            { opType: 'Gather', name: 'gather_1' },
            { opType: 'Custom', name: 'name (with) brackets' },
          ],
        },
        { provider: 'CUDAExecutionProvider', nodes: 1, listed: [{ opType: 'MatMul', name: '' }] },
      ]);
      expect([...log.preferredOnCpu]).toEqual(['gather_1']);
    }),
  );
});

test('one provider for all is counted without a list', () => {
  const log = new AssignmentLog();
  log.add(
    `${at} [V:onnxruntime:, session_state.cc:1380 VerifyEachNodeIsAssignedToAnEp]  All nodes placed on [CPUExecutionProvider]. Number of nodes: 903\n`,
  );
  expect(log.assignments).toEqual([{ provider: 'CPUExecutionProvider', nodes: 903, listed: [] }]);
});

test('a log that says nothing about nodes gives nothing', () => {
  const log = new AssignmentLog();
  log.add('a line without a time\n\n  Add (a)\n');
  expect(log.assignments).toEqual([]);
});

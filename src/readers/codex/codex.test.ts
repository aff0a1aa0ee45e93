import { describeReader } from '../reader.suite.ts';
import { codexReader } from './reader.ts';
import { record } from './rollout.suite.ts';

describeReader('codex', {
  make: codexReader,
  fileName: 'rollout-2026-10-01T12-00-00-019a1000-0000-7000-8000-000000000001.jsonl',
  line: (n, text = '') =>
    JSON.stringify(
      record({ response: `resp_${n}`, usage: { output_tokens: 100 + n }, total: undefined, more: { text } }),
    ),
});

import { describeReader } from '../reader.suite.ts';
import { claudeReader } from './reader.ts';
import { assistant } from './transcript.suite.ts';

describeReader('claude', {
  make: claudeReader,
  fileName: '5b7c2f0e-0d5e-4c52-9d6a-0c4f1d0e9a11.jsonl',
  line: (n, text = '') =>
    JSON.stringify(
      assistant({ id: `msg_${n}`, requestId: `req_${n}`, usage: { input_tokens: 3, output_tokens: 100 + n }, text }),
    ),
});

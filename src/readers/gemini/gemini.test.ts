import { describeReader } from '../reader.suite.ts';
import { answer, tokens } from './chat.suite.ts';
import { geminiReader } from './reader.ts';

describeReader('gemini', {
  make: geminiReader,
  fileName: 'session-2026-10-01T12-00-5b7c2f0e.jsonl',
  line: (n, text = '') => JSON.stringify(answer(`m-${n}`, tokens(3, 100 + n), 0, { content: text })),
});

import { describeReader } from '../reader.suite.ts';
import { copilotReader } from './reader.ts';
import { message } from './session.suite.ts';

describeReader('copilot', {
  make: copilotReader,
  fileName: 'events.jsonl',
  line: (n, text = '') => JSON.stringify(message(`m${n}`, 100 + n, 0, { content: text })),
});

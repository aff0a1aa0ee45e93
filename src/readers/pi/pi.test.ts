import { describeReader } from '../reader.suite.ts';
import { piReader } from './reader.ts';
import { answer, sessionName } from './session.suite.ts';

describeReader('pi', {
  make: piReader,
  fileName: sessionName,
  line: (n, text = '') => JSON.stringify(answer(`e${n}`, { input: 3, output: 100 + n }, 0, { content: text })),
});

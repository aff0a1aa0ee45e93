export { junitText } from './junit.ts';
export { chosen, counted, runSuite, unknownNames } from './suite.ts';
export { timerGroups } from './timer/groups.ts';

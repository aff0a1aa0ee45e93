export { junitText } from './junit.ts';
export { chosen, counted, obstacle, runSuite, unknownNames } from './suite.ts';
export { timerGroups } from './timer/groups.ts';

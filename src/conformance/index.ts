export { junitText } from './junit.ts';
export { chosen, counted, obstacle, runSuite, unknownNames } from './run-checks.ts';
export { timerGroups } from './timer/groups.ts';

export { junitText } from './junit.ts';
export { chosen, counted, obstacle, runSuite, unknownNames } from './run-checks.ts';
export { replSuite } from './repl/suite.ts';
export { timerSuite } from './timer/suite.ts';

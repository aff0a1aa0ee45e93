import type { Suite } from '../check.ts';
import { access } from './access.ts';
import { badInput } from './bad-input.ts';
import { calls } from './calls.ts';
import { checkpoints } from './checkpoints.ts';
import { ReplContext } from './context.ts';
import { doors } from './doors.ts';
import { escapes } from './escapes.ts';
import { forks, going } from './going.ts';
import { journal } from './journal.ts';
import { languages } from './languages.ts';
import { limits } from './limits.ts';
import { living } from './living.ts';
import { llm } from './llm.ts';
import { metrics } from './metrics.ts';
import { names } from './names.ts';
import { order } from './order.ts';
import { snapshots } from './snapshots.ts';
import { shownValues } from './values.ts';
import { transfer } from './transfer.ts';
import { words } from './words.ts';

/** The repl contract, execute, journal and checkpoints, check by check. */
export const replSuite: Suite<ReplContext> = {
  name: 'repl',
  groups: [
    calls,
    names,
    badInput,
    shownValues,
    living,
    journal,
    checkpoints,
    going,
    forks,
    snapshots,
    metrics,
    transfer,
    access,
    order,
    words,
    languages,
    llm,
    escapes,
    limits,
    doors,
  ],
  probe: '/api/repl/sessions',
  open: (target) => new ReplContext(target),
};

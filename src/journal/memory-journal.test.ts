import { journalSuite } from './journal.suite.ts';
import { MemoryJournal } from './memory-journal.ts';

journalSuite('the journal in memory', async () => new MemoryJournal());

import { journalSuite } from '../../journal/journal.suite.ts';
import { openStore } from './store-folder.suite.ts';

journalSuite('the store in SQLite', async () => (await openStore()).store);

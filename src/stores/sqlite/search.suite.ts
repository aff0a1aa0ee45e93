/** A store in which agents' sessions were adopted, and what tests say in them. */
import { termsIn } from '../../contract/search-terms.ts';
import { Author, newYear, sessionId } from '../../journal/author.suite.ts';
import type { FoundText, SaidText, TextQuery, TextsFound } from '../../journal/search.ts';
import { SqliteTexts } from './search.ts';
import { openStore } from './store-folder.suite.ts';
import { SqliteStore } from './store.ts';

export { newYear, sessionId };
export const ada = 'ada';
export const dayMs = 86_400_000;

let lastKey = 0;

/** Something that was said in the agent's session `s1`. */
export const said = (text: string, over: Partial<SaidText> = {}): SaidText => ({
  source: 'claude',
  sessionId: 's1',
  by: 'user',
  at: newYear,
  key: `k${++lastKey}`,
  text,
  ...over,
});

export interface Adopted {
  source?: string;
  owner?: string;
  directory?: string;
  name?: string;
}

export class Searched {
  readonly store: SqliteStore;
  readonly file: string;
  readonly texts: SqliteTexts;
  readonly author: Author;

  private constructor(store: SqliteStore, file: string) {
    this.store = store;
    this.file = file;
    this.texts = new SqliteTexts(store);
    this.author = new Author(store);
  }

  /** With the session `s1` adopted, as number 1. */
  static async open(): Promise<Searched> {
    const { store, file } = await openStore();
    const searched = new Searched(store, file);
    await searched.adopt(1, 's1');
    return searched;
  }

  /** Over data that is there; whoever asks for it closes the store. */
  static async on(file: string): Promise<Searched> {
    return new Searched(await SqliteStore.open(file), file);
  }

  /** The same data, opened anew. */
  async again(): Promise<Searched> {
    await this.store.close();
    const { store } = await openStore(this.file);
    return new Searched(store, this.file);
  }

  async adopt(n: number, agentSession: string, { source = 'claude', owner = ada, directory, name }: Adopted = {}) {
    const id = sessionId(n);
    const begun = this.author.beginning(id, { owner, kind: 'agent', ...(name !== undefined && { name }) });
    const agent = { source, sessionId: agentSession, ...(directory !== undefined && { directory }) };
    await this.author.append({
      ...begun,
      summary: { ...begun.summary, agent },
      usage: [{ do: 'adopt', agent: { owner, source, sessionId: agentSession }, session: id }],
    });
  }

  async keep(...texts: SaidText[]): Promise<void> {
    await this.texts.keepTexts(ada, texts, []);
  }

  async ask(query: string, over: Partial<TextQuery> = {}): Promise<TextsFound> {
    return this.texts.find({ terms: termsIn(query), limit: 20, walk: { now: newYear, offset: 0 }, ...over });
  }

  /** What is found, with what fits in brackets. */
  async find(query: string, over: Partial<TextQuery> = {}): Promise<string[]> {
    return (await this.ask(query, over)).texts.map(shown);
  }
}

export const shown = ({ snippet, marks }: FoundText): string =>
  marks.reduceRight(
    (line, { start, end }) => `${line.slice(0, start)}[${line.slice(start, end)}]${line.slice(end)}`,
    snippet,
  );

import { Problem } from '../../contract/problem.ts';
import type { ImageChain, ReplImages } from '../../journal/repl-images.ts';

/** So many images may differ from the one before, until one differs from the engine's memory: bringing one back takes that many. */
export const longestChain = 64;

/** Of a session's latest image: the engine that it is of, and how many images lead to it from that, itself included. */
export interface KnownChain {
  engine: string;
  binary: string;
  length: number;
}

/** How sessions' images come about, as far as it is known without reading them. */
export class ReplChains {
  readonly #images: ReplImages;
  readonly #known = new Map<string, KnownChain>();

  constructor(images: ReplImages) {
    this.#images = images;
  }

  /** Of the image that the session is now, which is read once. Whoever adds images keeps its length up to date. */
  async latest(session: string, image: number): Promise<KnownChain> {
    const known = this.#known.get(session);
    if (known !== undefined) return known;
    const { engine, frames } = await this.read(session, image);
    const chain = { engine: engine.id, binary: engine.binary, length: frames.length };
    this.#known.set(session, chain);
    return chain;
  }

  /** The same without reading. */
  known(session: string): KnownChain | undefined {
    return this.#known.get(session);
  }

  forget(session: string): void {
    this.#known.delete(session);
  }

  async read(session: string, image: number): Promise<ImageChain> {
    const chain = await this.#images.imageChain(session, image);
    if (chain !== undefined) return chain;
    throw new Problem('journal_damaged', `the session’s image ${image} is not there`);
  }
}

/** How soon at the latest a watcher hears that its token expired. */
const lookMs = 500;

/**
 * Tells who holds a socket or a stream open when the token that opened it is good no more: at once when it is revoked here, and
 * within half a second when it expires. Nothing runs while nobody watches.
 */
export class TokenWatch {
  readonly #isGood: (tokenId: string) => boolean;
  readonly #watchers = new Map<string, Set<() => void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(isGood: (tokenId: string) => boolean) {
    this.#isGood = isGood;
  }

  /** `onLost` is called once at the most. Returns the function that ends the watch. */
  add(tokenId: string, onLost: () => void): () => void {
    const watchers = this.#watchers.get(tokenId) ?? new Set();
    this.#watchers.set(tokenId, watchers.add(onLost));
    this.#timer ??= setInterval(() => this.#look(), lookMs).unref();
    return () => {
      watchers.delete(onLost);
      if (watchers.size === 0 && this.#watchers.get(tokenId) === watchers) this.#forget(tokenId);
    };
  }

  lost(tokenId: string): void {
    const watchers = this.#watchers.get(tokenId);
    this.#forget(tokenId);
    for (const onLost of watchers ?? []) onLost();
  }

  #look(): void {
    for (const tokenId of this.#watchers.keys()) if (!this.#isGood(tokenId)) this.lost(tokenId);
  }

  #forget(tokenId: string): void {
    this.#watchers.delete(tokenId);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

import type { Credential } from './credentials.ts';

/** How soon at the latest a watcher hears that it may no longer be here. */
const lookMs = 500;

interface Watcher {
  /** The role that the user had when the watch began: what is open was opened with its rights. */
  role: string;
  onLost: () => void;
}

/**
 * Tells who holds a socket or a stream open when the token that opened it is good no more, or its user has another role: at once
 * when that is done here, and within half a second when the token expires. Nothing runs while nobody watches.
 */
export class TokenWatch {
  readonly #current: (tokenId: string) => Credential | undefined;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #timer: NodeJS.Timeout | undefined;

  /** `current`: a token with its user, if it is still good. */
  constructor(current: (tokenId: string) => Credential | undefined) {
    this.#current = current;
  }

  /** `onLost` is called once at the most. Returns the function that ends the watch. */
  add({ token, user }: Credential, onLost: () => void): () => void {
    const watcher = { role: user.role, onLost };
    this.#watchers.set(token.id, (this.#watchers.get(token.id) ?? new Set()).add(watcher));
    this.#timer ??= setInterval(() => this.look(), lookMs).unref();
    return () => this.#forget(token.id, watcher);
  }

  /** To be called when tokens or users have changed. */
  look(): void {
    for (const [tokenId, watchers] of this.#watchers) {
      const role = this.#current(tokenId)?.user.role;
      for (const watcher of watchers) {
        if (watcher.role === role) continue;
        this.#forget(tokenId, watcher);
        watcher.onLost();
      }
    }
  }

  #forget(tokenId: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(tokenId);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(tokenId);
    if (this.#watchers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

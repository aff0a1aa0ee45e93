/**
 * Those who hear of something. What one of them throws is held neither against who tells nor against the others; it is
 * warned of on stderr.
 */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Returns the function that ends it. */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error));
      }
    }
  }
}

import type { ISessionInstance, ISessionPool, SessionMetadata } from '../../contract/session-server.ts';

export interface PoolRules<T> {
  /** So many stay; more only while they all have something to do. */
  most: number;
  isBusy: (instance: T) => boolean;
  /** It is in the pool no more. */
  left: (name: string, instance: T) => void;
}

/**
 * Sessions that are in memory, the least recently used first to leave. Their names are those that they are addressed by: the server's
 * own are ids, as names are unique per owner only.
 */
export class ReplPool<T extends ISessionInstance> implements ISessionPool {
  readonly #rules: PoolRules<T>;
  /** The least recently used first. */
  readonly #kept = new Map<string, T>();

  constructor(rules: PoolRules<T>) {
    this.#rules = rules;
  }

  /** It is used by that. */
  get(name: string): T | undefined {
    const instance = this.#kept.get(name);
    if (instance === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, instance);
    return instance;
  }

  /** Without its being used. */
  peek(name: string): T | undefined {
    return this.#kept.get(name);
  }

  add(name: string, instance: T): void {
    this.#kept.delete(name);
    this.#kept.set(name, instance);
    this.trim();
  }

  remove(name: string): boolean {
    const instance = this.#kept.get(name);
    if (instance === undefined) return false;
    this.#kept.delete(name);
    this.#rules.left(name, instance);
    return true;
  }

  getAll(): T[] {
    return [...this.#kept.values()];
  }

  getAllMetadata(): SessionMetadata[] {
    return this.getAll().map((instance) => instance.getMetadata());
  }

  getDirty(): T[] {
    return this.getAll().filter((instance) => instance.isDirty());
  }

  clear(): void {
    for (const name of this.#kept.keys()) this.remove(name);
  }

  size(): number {
    return this.#kept.size;
  }

  /** Those that are too many leave, but for the latest and for those that are busy. */
  trim(): void {
    let more = this.#kept.size - this.#rules.most;
    if (more <= 0) return;
    const last = [...this.#kept.keys()].at(-1);
    for (const [name, instance] of this.#kept) {
      if (more <= 0) return;
      if (name === last || this.#rules.isBusy(instance)) continue;
      this.remove(name);
      more -= 1;
    }
  }
}

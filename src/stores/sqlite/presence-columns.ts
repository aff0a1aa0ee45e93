/** Presences column by column, 24 bytes each; sessions are numbered from 0 as they are met. */
export class PresenceColumns {
  readonly #numbers = new Map<number, number>();
  #lastKey: number | undefined;
  #lastNumber = 0;
  #length = 0;
  #session = new Int32Array(1024);
  #owner = new Int32Array(1024);
  #from = new Float64Array(1024);
  #to = new Float64Array(1024);

  /** How many sessions were met. */
  get sessions(): number {
    return this.#numbers.size;
  }

  push(session: number, owner: number, from: number, to: number): void {
    if (this.#length === this.#session.length) this.#grow();
    const i = this.#length++;
    this.#session[i] = this.numberOf(session);
    this.#owner[i] = owner;
    this.#from[i] = from;
    this.#to[i] = to;
  }

  /** The number of a session, by its key. */
  numberOf(session: number): number {
    // A session's spans often come one after the other.
    if (session === this.#lastKey) return this.#lastNumber;
    const number = this.#numbers.get(session) ?? this.#numbers.size;
    if (number === this.#numbers.size) this.#numbers.set(session, number);
    this.#lastKey = session;
    return (this.#lastNumber = number);
  }

  each(owner: number | undefined, take: (session: number, from: number, to: number) => void): void {
    for (let i = 0; i < this.#length; i++) {
      if (owner === undefined || this.#owner[i] === owner) take(this.#session[i]!, this.#from[i]!, this.#to[i]!);
    }
  }

  #grow(): void {
    const larger = this.#session.length * 2;
    this.#session = grown(new Int32Array(larger), this.#session);
    this.#owner = grown(new Int32Array(larger), this.#owner);
    this.#from = grown(new Float64Array(larger), this.#from);
    this.#to = grown(new Float64Array(larger), this.#to);
  }
}

const grown = <A extends Int32Array | Float64Array>(larger: A, from: A): A => {
  larger.set(from);
  return larger;
};

/** Work of one name happens in the order it was given, one after the other; work of different names does not wait for each other. */
export class InTurn {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Begins at once when nothing of that name is under way. Resolves or rejects as `work` does. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name);
    const own = before === undefined ? work() : before.then(work, work);
    this.#last.set(name, own);
    try {
      return await own;
    } finally {
      if (this.#last.get(name) === own) this.#last.delete(name);
    }
  }
}

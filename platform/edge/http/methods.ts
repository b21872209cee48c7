/** Which methods each path knows, to answer 405 with Allow where the path is right and the method is not. */
export class MethodTable {
  readonly #routes: { pattern: RegExp; methods: Set<string> }[] = [];
  readonly #byUrl = new Map<string, Set<string>>();

  /** Records a route. Catch-all routes (`/*`) are left out: they would make every path a known one. */
  add(url: string, methods: string | string[]): void {
    if (url.includes('*')) return;
    let known = this.#byUrl.get(url);
    if (known === undefined) {
      known = new Set();
      this.#byUrl.set(url, known);
      const source = url
        .split('/')
        .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
        .join('/');
      this.#routes.push({ pattern: new RegExp(`^${source}$`), methods: known });
    }
    for (const method of [methods].flat()) known.add(method);
  }

  /** The methods of a path (without its query), sorted; none for an unknown path. */
  allowed(path: string): string[] {
    const found = new Set<string>();
    for (const { pattern, methods } of this.#routes)
      if (pattern.test(path)) for (const method of methods) found.add(method);
    return [...found].sort();
  }
}

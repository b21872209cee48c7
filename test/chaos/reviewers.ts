import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { addUser } from '../../console/index.ts';
import { seededRandom, type Random } from '../generators/index.ts';

/** What people asked for while processes died, and what they were told in the end. */
export interface ReviewerResult {
  /** Every command that was answered 2xx or 409, by its id: applied, or the code of its refusal. */
  answered: Map<string, { applicationId: string; action: string; outcome: string }>;
  /** What they met on the way: status codes of 500 and above, and `no answer`. */
  retries: Map<number | 'no answer', number>;
  /** Answers that must not be. */
  surprises: string[];
}

export interface Reviewers {
  stop(): Promise<ReviewerResult>;
}

const NAMES = ['chaos-one', 'chaos-two', 'chaos-three'];
const PASSWORD = 'correct-horse-7';
const HEADERS = { 'x-hub-console': '1', 'content-type': 'application/json' };
const PENDING_WITHIN_MS = 120_000;

interface Answer {
  status: number;
  body: Record<string, unknown>;
  cookie: string | undefined;
}

/**
 * People who take referred applications from the work list all the while, and note, release, escalate or decide them; each insists on the answer
 * to every command, sending it again with the same id, as the page does.
 */
export async function startReviewers(options: { url: string; postgres: Pool; seed: number }): Promise<Reviewers> {
  for (const name of NAMES)
    await addUser(options.postgres, 'chaos', {
      name,
      displayName: name,
      role: 'senior-reviewer',
      language: 'en',
      partners: null,
      password: PASSWORD,
      mustChangePassword: false,
    });
  const result: ReviewerResult = { answered: new Map(), retries: new Map(), surprises: [] };
  const over = new AbortController();
  const people = NAMES.map((name, index) =>
    new Reviewer(options.url, name, seededRandom(options.seed + index), result, over.signal).work(),
  );
  for (const person of people) person.catch(() => over.abort());
  return {
    stop: async () => {
      over.abort();
      await Promise.all(people);
      return result;
    },
  };
}

class Reviewer {
  readonly #url: string;
  readonly #name: string;
  readonly #random: Random;
  readonly #result: ReviewerResult;
  readonly #over: AbortSignal;
  #cookie: string | undefined;
  #commands = 0;

  constructor(url: string, name: string, random: Random, result: ReviewerResult, over: AbortSignal) {
    this.#url = url;
    this.#name = name;
    this.#random = random;
    this.#result = result;
    this.#over = over;
  }

  async work(): Promise<void> {
    while (!this.#over.aborted) {
      const list = await this.#insist('GET', '/api/review-tasks?view=open&status=OPEN&limit=50');
      const tasks = (list.body['tasks'] ?? []) as {
        taskId: string;
        applicationId: string;
        requestedAmountFen: number;
        queue: string;
      }[];
      const task = tasks[this.#random.integer(0, Math.max(0, tasks.length - 1))];
      if (task === undefined) {
        await sleep(100);
        continue;
      }
      const { applicationId, taskId } = task;
      const claimed = await this.#command(applicationId, 'claim', { taskId });
      if (claimed === undefined) continue;
      const noted = this.#random.chance(0.3)
        ? await this.#command(applicationId, 'note', { taskId, text: 'looked at the income' })
        : claimed;
      const { revision } = noted ?? claimed;
      const act = this.#random.integer(0, 9);
      if (act < 2) await this.#command(applicationId, 'release', { taskId });
      else if (act < 4 && task.queue === 'second-review')
        await this.#command(applicationId, 'escalate', { taskId, revision, text: 'for the special review' });
      else if (act < 7)
        await this.#command(applicationId, 'approve', {
          taskId,
          revision,
          text: 'sound',
          amountFen: Math.max(1, Math.floor(task.requestedAmountFen / 2)),
          termMonths: 1,
          annualRate: '0.08',
        });
      else
        await this.#command(applicationId, 'decline', {
          taskId,
          revision,
          text: 'not sound',
          reasonCodes: ['SCORECARD'],
        });
    }
  }

  /** Gives a command until it is answered for good; the record afterwards, undefined when it was refused. */
  async #command(applicationId: string, action: string, body: object): Promise<{ revision: number } | undefined> {
    this.#commands += 1;
    const commandId = `${this.#name}-${String(this.#commands).padStart(8, '0')}`;
    let answer = await this.#insist('POST', `/api/review-tasks/${applicationId}/${action}`, { ...body, commandId });
    for (const deadline = performance.now() + PENDING_WITHIN_MS; answer.status === 202;) {
      if (performance.now() > deadline) {
        this.#result.surprises.push(`${commandId} was accepted and never dealt with`);
        return undefined;
      }
      await sleep(200);
      const found = await this.#insist('GET', `/api/review-tasks/${applicationId}/commands/${commandId}`);
      const outcome = found.body['outcome'];
      if (outcome === 'applied') answer = { ...found, status: 200 };
      else if (outcome === 'refused')
        answer = { ...found, status: 409, body: { errors: [{ code: found.body['refusal'] }] } };
    }
    const refusal = (answer.body['errors'] as { code: string }[] | undefined)?.[0]?.code;
    if (answer.status === 200) this.#result.answered.set(commandId, { applicationId, action, outcome: 'applied' });
    else if (answer.status === 409 && refusal !== undefined)
      this.#result.answered.set(commandId, { applicationId, action, outcome: refusal });
    else this.#result.surprises.push(`${action} ${commandId}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.status === 200 ? (answer.body['record'] as { revision: number }) : undefined;
  }

  /** Asks until there is an answer below 500. Throws when the hub has not come back long after the end of the work. */
  async #insist(method: string, path: string, body?: object): Promise<Answer> {
    let givenUpAt: number | undefined;
    for (let attempt = 1; ; attempt += 1) {
      if (this.#over.aborted) givenUpAt ??= performance.now() + PENDING_WITHIN_MS;
      if (givenUpAt !== undefined && performance.now() > givenUpAt)
        throw new Error(`${this.#name} got no answer to ${method} ${path}`);
      try {
        const answer = await this.#ask(method, path, body);
        if (answer.status === 401) {
          this.#cookie = (await this.#ask('POST', '/api/session', { name: this.#name, password: PASSWORD })).cookie;
          continue;
        }
        if (answer.status < 500 && answer.status !== 429) return answer;
        this.#met(answer.status);
      } catch {
        this.#met('no answer');
      }
      await sleep(100 * Math.min(attempt, 10));
    }
  }

  #met(what: number | 'no answer'): void {
    this.#result.retries.set(what, (this.#result.retries.get(what) ?? 0) + 1);
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...HEADERS, ...(this.#cookie === undefined ? {} : { cookie: this.#cookie }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      cookie: response.headers.get('set-cookie')?.split(';')[0],
    };
  }
}

import { describe, expect, it } from '@jest/globals';
import { retryDelay } from './backoff.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

const limits = { breakerFailures: 3, breakerOpenMs: 100, breakerOpenCapMs: 400 };

describe('circuit breaker', () => {
  const breakerAt = (): { breaker: CircuitBreaker; pass(ms: number): void } => {
    let now = 1_000;
    return {
      breaker: new CircuitBreaker(
        limits,
        () => now,
        () => 0.5,
      ),
      pass: (ms) => void (now += ms),
    };
  };

  it('opens after a run of failures, lets one probe through, doubles its wait up to the cap, and closes on success', () => {
    const { breaker, pass } = breakerAt();
    breaker.failed(false);
    breaker.succeeded();
    for (let failure = 0; failure < 2; failure += 1) breaker.failed(false);
    expect(breaker.waitMs()).toBe(0);
    breaker.failed(false);
    expect(breaker.state).toBe('open');
    for (const wait of [100, 200, 400, 400]) {
      expect(breaker.waitMs()).toBe(wait);
      pass(wait);
      expect(breaker.state).toBe('half-open');
      expect(breaker.waitMs()).toBe(0);
      breaker.entered();
      expect(breaker.waitMs()).toBe(Infinity);
      breaker.failed(false);
    }
    pass(400);
    breaker.entered();
    breaker.succeeded();
    expect([breaker.state, breaker.waitMs()]).toEqual(['closed', 0]);
  });

  it('opens at once when nothing can get through, and does not count late failures of earlier calls as new ones', () => {
    const { breaker } = breakerAt();
    breaker.failed(true);
    expect(breaker.waitMs()).toBe(100);
    for (let late = 0; late < 50; late += 1) breaker.failed(false);
    expect(breaker.waitMs()).toBe(100);
  });

  it('waits as long as the party asks, and lets another probe through when one was withdrawn', () => {
    const { breaker, pass } = breakerAt();
    breaker.failed(false, 5_000);
    expect(breaker.waitMs()).toBe(5_000);
    pass(5_000);
    breaker.failed(true);
    pass(100);
    breaker.entered();
    breaker.withdrawn();
    expect(breaker.waitMs()).toBe(0);
  });
});

describe('retry delay', () => {
  it('doubles with jitter up to the cap, never below what the party asked for', () => {
    const backoff = { backoffBaseMs: 100, backoffCapMs: 1_000 };
    expect([1, 2, 3, 4, 5, 60].map((failures) => retryDelay(failures, backoff, 0.999_999))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ]);
    expect(retryDelay(1, backoff, 0)).toBe(10);
    expect(retryDelay(1, backoff, 0, 7_000)).toBe(7_000);
  });
});

import { HttpError } from '../http/index.ts';

export const notSignedIn = () => new HttpError(401, 'NOT_SIGNED_IN', 'Sign in first');
export const wrongCredentials = () => new HttpError(401, 'WRONG_CREDENTIALS', 'The name or the password is wrong');
export const forbidden = (detail: string) => new HttpError(403, 'FORBIDDEN', detail);
export const notFound = (detail: string) => new HttpError(404, 'NOT_FOUND', detail);
export const tooManyAttempts = (seconds: number) =>
  new HttpError(429, 'TOO_MANY_ATTEMPTS', `Too many failed attempts; try again in ${seconds} s`, [], {
    'retry-after': String(seconds),
  });

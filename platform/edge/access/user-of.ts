import type { FastifyRequest } from 'fastify';
import { unauthorized, type HttpError } from '../http/index.ts';
import type { ConsoleUser } from './rights.ts';

export const notSignedIn = (): HttpError => unauthorized('NOT_SIGNED_IN', 'Sign in first');

/** Who is signed in. Throws HttpError 401 on a public route that nobody signed in to. */
export function userOf(request: FastifyRequest): ConsoleUser {
  if (request.consoleUser === null) throw notSignedIn();
  return request.consoleUser;
}

/** How a person is named in audit records and events. */
export function actorOf({ name }: Pick<ConsoleUser, 'name'>): string {
  return `user:${name}`;
}

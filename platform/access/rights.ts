/** What a signed-in person may do in the console. */
export const RIGHTS = [
  'dashboards.read',
  'applications.read',
  'events.read',
  'reconcile.read',
  'dead-letters.read',
  'dead-letters.replay',
  'status.read',
  'audit.read',
  'loans.simulate',
] as const;
export type Right = (typeof RIGHTS)[number];

export const USER_ROLES = ['admin', 'manager', 'data-engineer', 'operator'] as const;
export type UserRole = (typeof USER_ROLES)[number];

const RIGHTS_OF: Readonly<Record<UserRole, readonly Right[]>> = {
  admin: RIGHTS,
  manager: ['dashboards.read', 'applications.read', 'events.read', 'reconcile.read', 'status.read', 'loans.simulate'],
  'data-engineer': ['dashboards.read', 'applications.read', 'events.read', 'reconcile.read', 'dead-letters.read', 'dead-letters.replay', 'status.read', 'loans.simulate'],
  operator: ['dashboards.read', 'applications.read', 'events.read', 'reconcile.read', 'dead-letters.read', 'status.read', 'loans.simulate'],
};

/** The rights of a role. A right outside this list is refused, for every route and every role. */
export function rightsOf(role: UserRole): readonly Right[] {
  return RIGHTS_OF[role];
}

/** Who is signed in, as a route handler sees it in `request.consoleUser`. */
export interface ConsoleUser {
  name: string;
  displayName: string;
  role: UserRole;
  language: 'zh-CN' | 'en';
  /** Partners this person may see; null: all of them. */
  partners: readonly string[] | null;
  mustChangePassword: boolean;
}

/** `'public'` routes need no session; every other route under /api needs one, and the right it names. */
export type AccessRule = Right | 'public' | 'signed-in';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call a route under /api. A route that names nothing is refused to everyone. */
    access?: AccessRule;
  }
  interface FastifyRequest {
    /** Set on every route under /api that is not public. */
    consoleUser: ConsoleUser | null;
  }
}


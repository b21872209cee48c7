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
  // Referred applications: look at them; work in the second review; work in the special review too; see who it is in plain text.
  'tasks.read',
  'tasks.second-review',
  'tasks.special-review',
  'persons.reveal',
  'policies.read',
  'policies.change',
  // A person over all applications, in masks; all the hub holds of a person in plain text; the end of it.
  'customers.read',
  'customers.export',
  'customers.erase',
  'loans.simulate',
] as const;
export type Right = (typeof RIGHTS)[number];

export const USER_ROLES = [
  'admin',
  'manager',
  'data-engineer',
  'operator',
  'reviewer',
  'senior-reviewer',
  'risk-manager',
] as const;
export type UserRole = (typeof USER_ROLES)[number];

const RIGHTS_OF: Readonly<Record<UserRole, readonly Right[]>> = {
  admin: RIGHTS,
  manager: [
    'dashboards.read',
    'applications.read',
    'events.read',
    'reconcile.read',
    'status.read',
    'tasks.read',
    'policies.read',
    'customers.read',
    'loans.simulate',
  ],
  'data-engineer': [
    'dashboards.read',
    'applications.read',
    'events.read',
    'reconcile.read',
    'dead-letters.read',
    'dead-letters.replay',
    'status.read',
    'loans.simulate',
  ],
  operator: [
    'dashboards.read',
    'applications.read',
    'events.read',
    'reconcile.read',
    'dead-letters.read',
    'status.read',
    'loans.simulate',
  ],
  reviewer: [
    'dashboards.read',
    'applications.read',
    'tasks.read',
    'tasks.second-review',
    'policies.read',
    'customers.read',
    'loans.simulate',
  ],
  'senior-reviewer': [
    'dashboards.read',
    'applications.read',
    'tasks.read',
    'tasks.second-review',
    'tasks.special-review',
    'persons.reveal',
    'policies.read',
    'customers.read',
    'loans.simulate',
  ],
  'risk-manager': [
    'dashboards.read',
    'applications.read',
    'events.read',
    'reconcile.read',
    'status.read',
    'tasks.read',
    'policies.read',
    'policies.change',
    'customers.read',
    'loans.simulate',
  ],
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

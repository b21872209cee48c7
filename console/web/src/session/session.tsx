import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { api, dataOf, whenSessionEnds } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import type { Schema } from '../api/schemas.ts';
import { useI18n } from '../i18n/i18n.tsx';

export type Session = Schema<'Session'>;
export type Right = Session['rights'][number];

export interface SessionState {
  /** undefined: not known yet; null: nobody is signed in. */
  session: Session | null | undefined;
  /** Set when a session that was open has run out. */
  ended: boolean;
  signIn(name: string, password: string): Promise<void>;
  signOut(): Promise<void>;
  changePassword(current: string, next: string): Promise<void>;
  can(right: Right): boolean;
}

const Context = createContext<SessionState | undefined>(undefined);

export function SessionProvider({ children }: { children: ReactNode }) {
  const { setLanguage } = useI18n();
  const [session, setSession] = useState<Session | null>();
  const [ended, setEnded] = useState(false);

  useEffect(() => {
    dataOf(api.GET('/api/session')).then(setSession, (error: unknown) => {
      if (!(error instanceof ApiError && error.status === 401)) console.error(error);
      setSession(null);
    });
    whenSessionEnds(() =>
      setSession((before) => {
        if (before) setEnded(true);
        return null;
      }),
    );
  }, []);

  const signIn = useCallback(
    async (name: string, password: string) => {
      const opened = await dataOf(api.POST('/api/session', { body: { name, password } }));
      setLanguage(opened.language);
      setEnded(false);
      setSession(opened);
    },
    [setLanguage],
  );
  const signOut = useCallback(async () => {
    await dataOf(api.DELETE('/api/session')).catch(() => undefined);
    setEnded(false);
    setSession(null);
  }, []);
  const changePassword = useCallback(async (current: string, next: string) => {
    setSession(await dataOf(api.PUT('/api/session/password', { body: { password: current, newPassword: next } })));
  }, []);

  const value = useMemo<SessionState>(
    () => ({
      session,
      ended,
      signIn,
      signOut,
      changePassword,
      can: (right) => session?.rights.includes(right) ?? false,
    }),
    [session, ended, signIn, signOut, changePassword],
  );
  return <Context value={value}>{children}</Context>;
}

/** Who is signed in. Throws outside SessionProvider. */
export function useSession(): SessionState {
  const value = use(Context);
  if (value === undefined) throw new Error('useSession outside SessionProvider');
  return value;
}

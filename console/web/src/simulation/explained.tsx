import { Popover } from 'antd';
import { createContext, use, type ReactNode } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { explanationOf } from './steps.ts';
import type { Step } from './simulation-api.ts';

/** The steps, and which of them is shown. */
export const ShownStep = createContext<{ steps: readonly Step[]; index: number }>({ steps: [], index: 0 });

/** Why the figure at a pointer within the shown step is what it is, in the reader's language. */
export function useExplanation(figure: string): string | undefined {
  const { language } = useI18n();
  const { steps, index } = use(ShownStep);
  const said = explanationOf(steps, index, figure);
  return language === 'en' ? said?.en : said?.zh;
}

/** A figure that tells how it came about when it is pointed at, focused or touched. */
export function Explained({ figure, children }: { figure: string; children: ReactNode }) {
  const text = useExplanation(figure);
  if (text === undefined) return children;
  return (
    <Popover
      content={<div className="explanation">{text}</div>}
      trigger={['hover', 'focus', 'click']}
      mouseEnterDelay={0.15}
    >
      <button
        type="button"
        className="explained"
        aria-label={`${typeof children === 'string' ? children : ''} ${text}`}
      >
        {children}
      </button>
    </Popover>
  );
}

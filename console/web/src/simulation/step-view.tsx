import { Alert, Tabs, Tag } from 'antd';
import { useMemo, type ReactNode } from 'react';
import { yuan } from '../components/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { ShownStep, useExplanation } from './explained.tsx';
import type { Step } from './simulation-api.ts';
import { Entries, Schedule, Transactions } from './step-tables.tsx';

/** Five classes from good to bad; told apart by their names too. */
export const CLASS_COLORS: Readonly<Record<string, string>> = {
  NORMAL: 'green',
  SPECIAL_MENTION: 'gold',
  SUBSTANDARD: 'orange',
  DOUBTFUL: 'red',
  LOSS: 'magenta',
};

/** The loan after one step: where it stands and why, its schedule, and what the step moved and posted. */
export function StepView({ steps, index }: { steps: readonly Step[]; index: number }) {
  const { t, code } = useI18n();
  const shown = useMemo(() => ({ steps, index }), [steps, index]);
  const step = steps[index];
  if (step === undefined) return null;
  const { ageing, classification, owed } = step;
  return (
    <ShownStep value={shown}>
      <div className="step-view" data-testid="step">
        <h3>
          {t('simulation.step', { n: step.n, event: code('event', step.event.type), day: step.event.on })}{' '}
          <Tag>{code('loanStatus', step.status)}</Tag>
        </h3>
        <div className="step-figures">
          <StepFigure
            label={t('simulation.daysPastDue')}
            figure="/ageing/daysPastDue"
            testId="days-past-due"
            value={t('simulation.dayCountOf', { days: ageing.daysPastDue })}
            tag={<Tag color={ageing.bucket === 'M0' ? 'green' : 'orange'}>{ageing.bucket}</Tag>}
            note={
              ageing.overdueFen > 0
                ? t('simulation.overdueNote', { amount: yuan(ageing.overdueFen), count: ageing.overdueInstalments })
                : undefined
            }
          />
          <StepFigure
            label={t('simulation.assetClass')}
            figure="/classification/assetClass"
            testId="asset-class"
            value={code('assetClass', classification.assetClass)}
            tag={
              <Tag color={CLASS_COLORS[classification.assetClass]}>
                {t('simulation.stage', { stage: classification.eclStage })}
              </Tag>
            }
          />
          <StepFigure
            label={t('simulation.owed')}
            figure="/owed/totalFen"
            testId="owed"
            value={yuan(owed.totalFen)}
            note={step.overpaidFen > 0 ? t('simulation.overpaid', { amount: yuan(step.overpaidFen) }) : undefined}
          />
        </div>
        {step.nonAccrual && <Alert type="warning" showIcon title={t('simulation.nonAccrual')} />}
        <Tabs
          size="small"
          items={[
            { key: 'schedule', label: t('simulation.schedule'), children: <Schedule step={step} /> },
            {
              key: 'transactions',
              label: t('simulation.transactions', { count: step.transactions.length }),
              children: <Transactions step={step} />,
            },
            {
              key: 'journal',
              label: t('simulation.journal', { count: step.journal.length }),
              children: <Entries step={step} />,
            },
          ]}
        />
      </div>
    </ShownStep>
  );
}

/** One figure with its formula below it. */
function StepFigure({
  label,
  value,
  tag,
  note,
  figure,
  testId,
}: {
  label: string;
  value: string;
  tag?: ReactNode;
  note?: string;
  figure: string;
  testId: string;
}) {
  const why = useExplanation(figure);
  return (
    <div className="step-figure" data-testid={testId}>
      <span>{label}</span>
      <div>
        <strong>{value}</strong> {tag}
      </div>
      {note !== undefined && <em>{note}</em>}
      {why !== undefined && <p>{why}</p>}
    </div>
  );
}

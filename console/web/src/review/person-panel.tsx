import { App, Button, Descriptions } from 'antd';
import { useState, type ReactNode } from 'react';
import { api, dataOf } from '../api/client.ts';
import { errorText } from '../components/error-text.ts';
import { yuan } from '../components/format.ts';
import { EmptyState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import type { PlainPerson, TaskRecord } from './review-api.ts';

/** Who applied: as masks, or in plain text for those with the right, whose look is recorded. */
export function PersonPanel({ record }: { record: TaskRecord }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [plain, setPlain] = useState<PlainPerson>();
  const { applicant, mayReveal, applicationId } = record;
  const item = (label: string, children: ReactNode) => ({ key: label, label, children });
  const money = (fen: number): string => `${yuan(fen)} ${t('common.yuan')}`;

  async function reveal(): Promise<void> {
    try {
      setPlain(await dataOf(api.POST('/api/review-tasks/{id}/person', { params: { path: { id: applicationId } } })));
    } catch (error) {
      message.error(errorText(error, t));
    }
  }

  return (
    <section className="panel" data-testid="person">
      <h2>
        {t('application.applicant')}
        {mayReveal && applicant !== null && plain === undefined && (
          <Button size="small" className="panel-actions" onClick={() => void reveal()}>
            {t('review.reveal')}
          </Button>
        )}
      </h2>
      {applicant === null ? (
        <EmptyState compact title={t('application.notFound')} />
      ) : (
        <Descriptions
          size="small"
          column={2}
          items={[
            item(t('application.name'), plain?.erased === true ? t('review.erased') : (plain?.name ?? applicant.name)),
            item(t('application.idNo'), <span className="code">{plain?.idNo ?? applicant.idNo}</span>),
            item(t('application.mobile'), <span className="code">{plain?.mobile ?? applicant.mobile}</span>),
            item(t('application.birthDate'), applicant.birthDate),
            item(t('application.income'), money(applicant.monthlyIncomeFen)),
            item(t('application.debt'), money(applicant.monthlyDebtFen)),
          ]}
        />
      )}
    </section>
  );
}
